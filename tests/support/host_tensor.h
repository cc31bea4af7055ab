#pragma once

#include <cmath>
#include <cstddef>
#include <cstring>
#include <functional>
#include <limits>
#include <random>
#include <vector>

#include "electra/core/context.h"
#include "electra/core/random.h"
#include "kernels/math/dropout.h"

namespace electra::test {

/// The nearest value that this dtype holds.
inline double rounded(double value, DType dtype) {
  if (dtype == DType::bf16) return to_float(to_bf16(static_cast<float>(value)));
  return dtype == DType::f32 ? static_cast<float>(value) : value;
}

/// A tensor of a test, read and written as doubles; full of NaN until written.
class HostTensor {
 public:
  HostTensor(const Shape& shape, DType dtype)
      : shape_(shape),
        dtype_(dtype),
        bytes_(static_cast<std::size_t>(shape.size() * size_of(dtype))) {
    poison();
  }
  HostTensor(const Shape& shape, DType dtype, const std::vector<double>& values)
      : HostTensor(shape, dtype) {
    for (Index i = 0; i < size(); ++i) set(i, values[static_cast<std::size_t>(i)]);
  }
  /// Normal numbers.
  static HostTensor random(const Shape& shape, DType dtype, unsigned seed, double spread = 1,
                           double mean = 0) {
    HostTensor tensor(shape, dtype);
    std::mt19937 engine(seed);
    std::normal_distribution<double> normal(mean, spread);
    for (Index i = 0; i < tensor.size(); ++i) tensor.set(i, normal(engine));
    return tensor;
  }
  /// Whole numbers below `limit`.
  static HostTensor ids(const Shape& shape, int limit, unsigned seed) {
    HostTensor tensor(shape, DType::i32);
    std::mt19937 engine(seed);
    for (Index i = 0; i < tensor.size(); ++i)
      tensor.set(i, static_cast<double>(engine() % static_cast<unsigned>(limit)));
    return tensor;
  }

  void poison() {
    const double filler = dtype_ == DType::i32 ? -1.0 : std::numeric_limits<double>::quiet_NaN();
    for (Index i = 0; i < size(); ++i) set(i, filler);
  }
  [[nodiscard]] TensorView view() { return {bytes_.data(), shape_, dtype_}; }
  operator TensorView() { return view(); }  // a kernel's argument
  operator ConstTensorView() { return view(); }
  [[nodiscard]] Index size() const { return shape_.size(); }
  [[nodiscard]] DType dtype() const { return dtype_; }

  [[nodiscard]] double operator[](Index i) const {
    switch (dtype_) {
      case DType::f32:
        return get<float>(i);
      case DType::bf16:
        return to_float(get<bf16>(i));
      case DType::i32:
        return get<std::int32_t>(i);
      default:
        return get<double>(i);
    }
  }
  void set(Index i, double value) {
    switch (dtype_) {
      case DType::f32:
        return put(i, static_cast<float>(value));
      case DType::bf16:
        return put(i, to_bf16(static_cast<float>(value)));
      case DType::i32:
        return put(i, static_cast<std::int32_t>(value));
      default:
        return put(i, value);
    }
  }
  friend bool operator==(const HostTensor& a, const HostTensor& b) { return a.bytes_ == b.bytes_; }

 private:
  template <class T>
  [[nodiscard]] T get(Index i) const {
    T value;
    std::memcpy(&value, bytes_.data() + static_cast<std::size_t>(i) * sizeof(T), sizeof(T));
    return value;
  }
  template <class T>
  void put(Index i, T value) {
    std::memcpy(bytes_.data() + static_cast<std::size_t>(i) * sizeof(T), &value, sizeof(T));
  }

  Shape shape_;
  DType dtype_;
  std::vector<std::byte> bytes_;
};

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

/// d loss / d tensor[i], by the central difference.
inline double slope(const std::function<double()>& loss, HostTensor& tensor, Index i) {
  constexpr double step = 1e-5;
  const double value = tensor[i];
  tensor.set(i, value + step);
  const double above = loss();
  tensor.set(i, value - step);
  const double below = loss();
  tensor.set(i, value);
  return (above - below) / (2 * step);
}

/// The largest difference between a gradient and central differences of the loss.
inline double worst_slope_error(const std::function<double()>& loss, HostTensor& tensor,
                                const HostTensor& gradient) {
  double worst = 0;
  for (Index i = 0; i < tensor.size(); ++i) {
    const double error = std::abs(slope(loss, tensor, i) - gradient[i]);
    if (!(error <= worst)) worst = std::isfinite(error) ? error : HUGE_VAL;
  }
  return worst;
}

/// sum of y[i] * weight[i].
inline double weighted_sum(const HostTensor& y, const HostTensor& weight) {
  double sum = 0;
  for (Index i = 0; i < y.size(); ++i) sum += y[i] * weight[i];
  return sum;
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
