#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace electra {

/// Every extent, count and offset.
using Index = std::int64_t;

/// Brain floating point: the upper half of an IEEE single. A storage type; arithmetic is in f32.
struct bf16 {
  std::uint16_t bits = 0;

  friend bool operator==(bf16, bf16) = default;
};

/// Rounds to nearest, ties to even; NaN stays NaN.
[[nodiscard]] constexpr bf16 to_bf16(float value) {
  const auto bits = __builtin_bit_cast(std::uint32_t, value);
  if ((bits & 0x7fffffffU) > 0x7f800000U) return {static_cast<std::uint16_t>((bits >> 16U) | 64U)};
  return {static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16U) & 1U)) >> 16U)};
}

[[nodiscard]] constexpr float to_float(bf16 value) {
  return __builtin_bit_cast(float, static_cast<std::uint32_t>(value.bits) << 16U);
}

enum class DType : std::uint8_t { f32, bf16, i32, f64 };

[[nodiscard]] constexpr Index size_of(DType type) {
  return type == DType::bf16 ? 2 : type == DType::f64 ? 8 : 4;
}

[[nodiscard]] std::string_view to_string(DType type);

/// The DType that stands for the C++ type T.
template <class T>
[[nodiscard]] constexpr DType dtype_of() {
  using U = std::remove_const_t<T>;
  if constexpr (std::is_same_v<U, float>)
    return DType::f32;
  else if constexpr (std::is_same_v<U, bf16>)
    return DType::bf16;
  else if constexpr (std::is_same_v<U, double>)
    return DType::f64;
  else {
    static_assert(std::is_same_v<U, std::int32_t>, "no DType stands for this type");
    return DType::i32;
  }
}

/// At most four extents, dense and row-major: the whole layout story. The empty shape is a scalar.
class Shape {
 public:
  static constexpr std::size_t max_rank = 4;

  Shape() = default;
  /// Throws ShapeError for more than four extents or a negative one.
  Shape(std::initializer_list<Index> extents);
  explicit Shape(std::span<const Index> extents);

  [[nodiscard]] std::size_t rank() const { return rank_; }
  [[nodiscard]] Index operator[](std::size_t axis) const { return extents_[axis]; }
  [[nodiscard]] std::span<const Index> extents() const { return {extents_.data(), rank_}; }
  /// Product of the extents; 1 for a scalar.
  [[nodiscard]] Index size() const;
  /// The last extent; 1 for a scalar.
  [[nodiscard]] Index width() const { return rank_ == 0 ? 1 : extents_[rank_ - 1]; }
  /// Product of all extents but the last; 1 for a scalar or a vector.
  [[nodiscard]] Index rows() const;

  friend bool operator==(const Shape&, const Shape&) = default;

 private:
  std::array<Index, max_rank> extents_{};
  std::size_t rank_ = 0;
};

/// "[2, 3]".
[[nodiscard]] std::string to_string(const Shape& shape);

}  // namespace electra
