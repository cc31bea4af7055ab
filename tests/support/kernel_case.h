#pragma once

#include <cmath>
#include <vector>

#include "electra/core/context.h"
#include "electra/core/random.h"
#include "kernels/math/dropout.h"
#include "support/gradient_check.h"
#include "support/near.h"

namespace electra::test {

/// The nearest value that this dtype holds.
inline double rounded(double value, DType dtype) {
  if (dtype == DType::bf16) return to_float(to_bf16(static_cast<float>(value)));
  return dtype == DType::f32 ? static_cast<float>(value) : value;
}

/// The largest |found - expected| / (|expected| + floor); infinite if a value is not finite.
inline double worst_error(const HostTensor& found, const std::vector<double>& expected,
                          double floor = 1) {
  double worst = 0;
  for (Index i = 0; i < found.size(); ++i) {
    const double target = expected[static_cast<std::size_t>(i)];
    const double error = std::abs(found[i] - target) / (std::abs(target) + floor);
    if (!(error <= worst)) worst = std::isfinite(error) ? error : HUGE_VAL;
  }
  return worst;
}

/// The error of one element that rounding to this dtype explains, arithmetic in f32 included.
inline double unit(DType dtype) {
  return dtype == DType::f64 ? 1e-13 : dtype == DType::f32 ? 5e-7 : 1.0 / 256;
}

/// Sets the columns from `first` on to NaN: those that a kernel may not read.
inline void poison_columns(HostTensor& tensor, Index first) {
  const Index width = tensor.shape().width();
  for (Index i = 0; i < tensor.size(); ++i)
    if (i % width >= first) tensor.set(i, NAN);
}

/// What dropout multiplies an element of an activation by, from the documented numbering.
inline double dropout_factor(const RandomKey& key, float p, Index row, Index column, Index length,
                             Index width) {
  const auto threshold = static_cast<std::uint32_t>(std::lround(65536.0 * p));
  const auto element = static_cast<std::uint32_t>(row % length * width + column);
  const auto example = key.first_example + static_cast<std::uint32_t>(row / length);
  const auto step = static_cast<std::uint32_t>(*key.step.data<std::int32_t>());
  const auto words = math::philox(key.seed, {element / 8, example, key.site.value, step});
  const std::uint32_t number = math::half(words, static_cast<int>(element % 8));
  return number >= threshold ? double{65536.0F / static_cast<float>(65536 - threshold)} : 0.0;
}

}  // namespace electra::test
