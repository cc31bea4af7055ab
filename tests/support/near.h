#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "electra/core/random.h"
#include "electra/core/tensor.h"

namespace electra::test {

/// One element of a tensor on the host, as f64.
[[nodiscard]] inline double at(const ConstTensorView& view, Index i) {
  switch (view.dtype()) {
    case DType::f32:
      return static_cast<double>(view.data<float>()[i]);
    case DType::bf16:
      return static_cast<double>(to_float(view.data<bf16>()[i]));
    case DType::i32:
      return view.data<std::int32_t>()[i];
    case DType::f64:
      return view.data<double>()[i];
  }
  return std::numeric_limits<double>::quiet_NaN();
}

/// Rounds `value` to the tensor's dtype. A NaN in an i32 tensor is the smallest integer.
inline void set(const TensorView& view, Index i, double value) {
  switch (view.dtype()) {
    case DType::f32:
      view.data<float>()[i] = static_cast<float>(value);
      break;
    case DType::bf16:
      view.data<bf16>()[i] = to_bf16(static_cast<float>(value));
      break;
    case DType::i32:
      view.data<std::int32_t>()[i] = std::isnan(value) ? std::numeric_limits<std::int32_t>::min()
                                                       : static_cast<std::int32_t>(value);
      break;
    case DType::f64:
      view.data<double>()[i] = value;
      break;
  }
}

/// Owns a tensor on the host; NaN until written. Stands wherever a view is asked for.
class HostTensor {
 public:
  HostTensor(Shape shape, DType dtype)
      : words_(static_cast<std::size_t>((shape.size() * size_of(dtype) + 7) / 8 + 1)),
        shape_(shape),
        dtype_(dtype) {
    poison();
  }
  HostTensor(Shape shape, DType dtype, const std::vector<double>& values)
      : HostTensor(shape, dtype) {
    for (Index i = 0; i < std::min(shape.size(), static_cast<Index>(values.size())); ++i)
      set(i, values[static_cast<std::size_t>(i)]);
  }

  /// Writable even of a const tensor: a view is a handle, and this one is in the test's hands.
  [[nodiscard]] TensorView view() const {
    return {const_cast<std::uint64_t*>(words_.data()), shape_, dtype_};
  }
  operator TensorView() const { return view(); }  // NOLINT: stands for its view

  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] DType dtype() const { return dtype_; }
  [[nodiscard]] Index size() const { return shape_.size(); }
  [[nodiscard]] double at(Index i) const { return test::at(view(), i); }
  [[nodiscard]] double operator[](Index i) const { return at(i); }
  void set(Index i, double value) { test::set(view(), i, value); }

  /// Sets every element to one value.
  void fill(double value) {
    for (Index i = 0; i < size(); ++i) set(i, value);
  }
  /// Sets every element to NaN (i32: the smallest integer).
  void poison() { fill(std::numeric_limits<double>::quiet_NaN()); }

  [[nodiscard]] std::vector<double> values() const {
    std::vector<double> all;
    for (Index i = 0; i < size(); ++i) all.push_back(at(i));
    return all;
  }
  /// The same values, rounded to another dtype.
  [[nodiscard]] HostTensor to(DType dtype) const { return {shape_, dtype, values()}; }

  /// The same bits; the words beyond the last element are never written.
  friend bool operator==(const HostTensor&, const HostTensor&) = default;

 private:
  std::vector<std::uint64_t> words_;
  Shape shape_;
  DType dtype_;
};

/// Normal numbers of this standard deviation, the same for the same seed, rounded to the dtype.
[[nodiscard]] inline HostTensor random_tensor(Shape shape, DType dtype, std::uint64_t seed,
                                              double deviation = 1, double mean = 0) {
  HostTensor tensor(shape, dtype);
  RandomStream stream(seed, Site{0x7e57}, 0, 0);
  for (Index i = 0; i < tensor.size(); ++i) tensor.set(i, mean + deviation * stream.normal());
  return tensor;
}

/// Integers in [0, bound), the same for the same seed.
[[nodiscard]] inline HostTensor random_integers(Shape shape, std::uint32_t bound,
                                                std::uint64_t seed) {
  HostTensor tensor(shape, DType::i32);
  RandomStream stream(seed, Site{0x7e58}, 0, 0);
  for (Index i = 0; i < tensor.size(); ++i) tensor.set(i, stream.below(bound));
  return tensor;
}

/// norm(found - expected) / (norm(expected) + floor). Infinite if a NaN or an infinity occurs or
/// the sizes differ, so that neither ever passes `< bound`.
[[nodiscard]] inline double relative_error(const std::vector<double>& found,
                                           const std::vector<double>& expected,
                                           double floor = 1e-30) {
  if (found.size() != expected.size()) return std::numeric_limits<double>::infinity();
  double difference = 0;
  double norm = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    difference += (found[i] - expected[i]) * (found[i] - expected[i]);
    norm += expected[i] * expected[i];
  }
  const double error = std::sqrt(difference) / (std::sqrt(norm) + floor);
  return std::isfinite(error) ? error : std::numeric_limits<double>::infinity();
}

[[nodiscard]] inline std::vector<double> values(const ConstTensorView& view) {
  std::vector<double> all;
  for (Index i = 0; i < view.size(); ++i) all.push_back(at(view, i));
  return all;
}

[[nodiscard]] inline double relative_error(const ConstTensorView& found,
                                           const ConstTensorView& expected, double floor = 1e-30) {
  return relative_error(values(found), values(expected), floor);
}

[[nodiscard]] inline double relative_error(const ConstTensorView& found,
                                           const std::vector<double>& expected,
                                           double floor = 1e-30) {
  return relative_error(values(found), expected, floor);
}

/// The same shape, dtype and bits. Two NaNs of the same bits are identical, too: check for them.
[[nodiscard]] inline bool identical(const ConstTensorView& a, const ConstTensorView& b) {
  return a.shape() == b.shape() && a.dtype() == b.dtype() &&
         std::memcmp(a.raw(), b.raw(), static_cast<std::size_t>(a.bytes())) == 0;
}

}  // namespace electra::test
