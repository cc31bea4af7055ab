#pragma once

#include "kernels/cuda/dropout.cuh"
#include "kernels/cuda/row_layout.cuh"

namespace electra::cuda {

struct Moments {
  float mean;
  float rstd;
};

/// What a layer norm's backward reads of a row.
template <class Gradient, class Input>
struct NormRow {
  Gradient dy;
  Input x;
  Moments moments;
};

template <class Gradient, class Input>
__device__ NormRow<Gradient, Input> norm_row(const Gradient& dy, const Input& x, Moments m) {
  return {dy, x, m};
}

/// Widens a row that was fetched into `x`.
template <class Row, class From, class Values>
__device__ void unpack(const Row& row, const From& from, Values& x) {
  row.each([&](int v, int column) {
    float values[Row::elements];
    from.get(v, column, values);
#pragma unroll
    for (int e = 0; e < Row::elements; ++e) x.vector(v)[e] = values[e];
  });
}

/// The mean first, then the squared deviations from it.
template <class Row, class Values>
__device__ Moments moments(const Row& row, Values& x, float epsilon) {
  const auto size = static_cast<float>(row.size());
  const float mean = row_sum(row, [&](int v, int, int e) { return x.vector(v)[e]; }) / size;
  const float squares = row_sum(row, [&](int v, int, int e) {
    const float deviation = x.vector(v)[e] - mean;
    return deviation * deviation;
  });
  return {mean, 1.0F / sqrtf(squares / size + epsilon)};
}

/// Writes the moments of a row, once.
template <class Row>
__device__ void store_moments(const LaneRow& at, Moments m, float* mean, float* rstd) {
  if (!at.own || lane() % Row::lanes != 0) return;
  mean[at.row] = m.mean;
  rstd[at.row] = m.rstd;
}

/// sink(vector, column, values) of (x - mean) * rstd * gain + bias.
template <class Row, class Values, class Sink>
__device__ void normalise(const Row& row, Values& x, Moments m, const float* gain,
                          const float* bias, const Sink& sink) {
  row.each([&](int v, int column) {
    float gains[Row::elements], y[Row::elements];
    load(gain + column, gains);
    load(bias + column, y);
#pragma unroll
    for (int e = 0; e < Row::elements; ++e) y[e] += (x.vector(v)[e] - m.mean) * m.rstd * gains[e];
    sink(v, column, y);
  });
}

/// Hands sink(vector, column, dx) the gradient of a normalised row, and adds the row's share to
/// dgain and dbias, both only if it is the lane's own. `x` and `dy` are lost. Derived in
/// docs/math/layer_norm.md.
template <class Row, class Values, class Gain, class Sink>
__device__ void norm_backward(const Row& row, bool own, Values& dy, Values& x, Moments m,
                              const Gain& gain, Values& dgain, Values& dbias, const Sink& sink) {
  float sum_g = 0, sum_gn = 0;
  row.each([&](int v, int column) {
    float gains[Row::elements];
    gain.get(v, column, gains);
#pragma unroll
    for (int e = 0; e < Row::elements; ++e) {
      const float normal = (x.vector(v)[e] - m.mean) * m.rstd;
      const float d = dy.vector(v)[e];
      if (own) {
        dgain.vector(v)[e] += d * normal;
        dbias.vector(v)[e] += d;
      }
      const float g = d * gains[e];
      sum_g += g;
      sum_gn += g * normal;
      x.vector(v)[e] = normal;
      dy.vector(v)[e] = g;
    }
  });
  const auto size = static_cast<float>(row.size());
  const float mean_g = row.sum(sum_g) / size;
  const float mean_gn = row.sum(sum_gn) / size;
  if (!own) return;
  row.each([&](int v, int column) {
    float dx[Row::elements];
#pragma unroll
    for (int e = 0; e < Row::elements; ++e)
      dx[e] = (dy.vector(v)[e] - mean_g - x.vector(v)[e] * mean_gn) * m.rstd;
    sink(v, column, dx);
  });
}

}  // namespace electra::cuda
