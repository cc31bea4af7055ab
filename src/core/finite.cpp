#include "electra/core/finite.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <vector>

#include "electra/core/error.h"
#include "electra/core/range.h"

namespace electra {

namespace {

/// Wherever the bytes lie: those of a file are aligned as they happen to be.
template <class T>
T value_at(std::span<const std::byte> elements, std::size_t i) {
  T value;
  std::memcpy(&value, elements.data() + i * sizeof(T), sizeof(T));
  return value;
}

/// Without a branch and in integers, so that it goes by vectors: what is not finite has all bits of
/// the exponent, and then more than any finite number without its sign.
template <class T>
bool all_finite(std::span<const std::byte> elements, std::size_t begin, std::size_t end) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  Bits greatest = 0;
  for (std::size_t i = begin; i < end; ++i)
    greatest = std::max(greatest, value_at<Bits>(elements, i) & ~Bits{0} >> 1U);
  return greatest < std::bit_cast<Bits>(std::numeric_limits<T>::infinity());
}

template <class T>
std::optional<NonFinite> first_of(std::span<const std::byte> elements) {
  constexpr std::size_t some = 1024;  // looked at before it is asked which one it was
  const std::size_t size = elements.size() / sizeof(T);
  for (std::size_t begin = 0; begin < size; begin += some) {
    const std::size_t end = std::min(begin + some, size);
    if (all_finite<T>(elements, begin, end)) continue;
    for (std::size_t i = begin; i < end; ++i)
      if (const T value = value_at<T>(elements, i); !std::isfinite(value))
        return NonFinite{static_cast<Index>(i), static_cast<double>(value)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<NonFinite> first_non_finite(std::span<const std::byte> elements, DType dtype) {
  if (dtype == DType::f32) return first_of<float>(elements);
  if (dtype == DType::f64) return first_of<double>(elements);
  throw Error("only f32 and f64 are looked through for what is not finite");
}

std::string to_string(const NonFinite& found, const Shape& shape) {
  std::vector<Index> place;
  Index left = found.index;
  for (std::size_t axis = shape.extents().size(); axis-- > 0;) {
    place.push_back(left % shape[axis]);
    left /= shape[axis];
  }
  std::string text;
  for (auto each = place.rbegin(); each != place.rend(); ++each)
    text += (text.empty() ? "" : ", ") + std::to_string(*each);
  return number_text(found.value) + " at [" + text + "]";
}

}  // namespace electra
