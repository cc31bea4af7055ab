#pragma once

#include <cmath>

#include "kernels/cpu/lanes.h"

namespace electra::cpu {

template <class W>
struct Moments {
  W mean;
  W rstd;
};

/// The mean first, then the squared deviations from it.
template <class T>
[[nodiscard]] Moments<Wide<T>> moments(const T* x, Index width, float epsilon) {
  using W = Wide<T>;
  const auto size = static_cast<W>(width);
  const W mean = sum_row<W>(width, [&](Index c, auto n) { return load(x + c, n); }) / size;
  const W squares = sum_row<W>(width, [&](Index c, auto n) {
    const Lanes<W> deviation = load(x + c, n) - mean;
    return deviation * deviation;
  });
  return {mean, W{1} / std::sqrt(squares / size + static_cast<W>(epsilon))};
}

/// y = dropped((x - mean) * rstd * gain + bias); y may be x. `dropped` is (lanes, column, count) to
/// lanes.
template <class T, class Dropped>
void normalise_row(const T* x, Moments<Wide<T>> m, const Wide<T>* gain, const Wide<T>* bias, T* y,
                   Index width, const Dropped& dropped) {
  using W = Wide<T>;
  for_lanes<W>(width, [&](Index c, auto n) {
    const Lanes<W> normal = (load(x + c, n) - m.mean) * m.rstd;
    store(y + c, dropped(normal * load(gain + c, n) + load(bias + c, n), c, n), n);
  });
}

/// Hands sink(lanes, column, count) the gradient of a normalised row, and adds the row's share of
/// dgain and dbias. Derived in docs/math/layer_norm.md.
template <class In, class W, class Sink>
void norm_backward_row(const In* dy, const In* x, Moments<W> m, const W* gain, W* dgain, W* dbias,
                       Index width, const Sink& sink) {
  Lanes<W> sum_g{};
  Lanes<W> sum_gn{};
  for_lanes<W>(width, [&](Index c, auto n) {
    const Lanes<W> d = load(dy + c, n);
    const Lanes<W> dn = d * ((load(x + c, n) - m.mean) * m.rstd);
    const Lanes<W> scale = load(gain + c, n);
    store(dgain + c, load(dgain + c, n) + dn, n);
    store(dbias + c, load(dbias + c, n) + d, n);
    sum_g += d * scale;
    sum_gn += dn * scale;
  });
  const W mean_g = sum<W>(sum_g) / static_cast<W>(width);
  const W mean_gn = sum<W>(sum_gn) / static_cast<W>(width);
  for_lanes<W>(width, [&](Index c, auto n) {
    const Lanes<W> normal = (load(x + c, n) - m.mean) * m.rstd;
    const Lanes<W> g = load(dy + c, n) * load(gain + c, n);
    sink((g - mean_g - normal * mean_gn) * m.rstd, c, n);
  });
}

}  // namespace electra::cpu
