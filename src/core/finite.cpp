#include "electra/core/finite.h"

#include <algorithm>
#include <array>
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

/// Without a branch and in integers, so that it goes by vectors: what is not finite has all bits of
/// the exponent, and then more than any finite number without its sign.
template <class T>
bool all_finite(std::span<const T> values) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  Bits greatest = 0;
  for (const T value : values)
    greatest = std::max(greatest, std::bit_cast<Bits>(value) & ~Bits{0} >> 1U);
  return greatest < std::bit_cast<Bits>(std::numeric_limits<T>::infinity());
}

template <class T>
std::optional<NonFinite> first_of(std::span<const std::byte> elements) {
  constexpr std::size_t most = 1024;  // copied at once: bytes of a file may lie anywhere
  std::array<T, most> values{};
  const std::size_t size = elements.size() / sizeof(T);
  for (std::size_t begin = 0; begin < size; begin += most) {
    const std::size_t count = std::min(most, size - begin);
    std::memcpy(values.data(), elements.data() + begin * sizeof(T), count * sizeof(T));
    if (all_finite(std::span<const T>(values).first(count))) continue;
    for (std::size_t i = 0; i < count; ++i)
      if (!std::isfinite(values[i]))
        return NonFinite{static_cast<Index>(begin + i), static_cast<double>(values[i])};
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
