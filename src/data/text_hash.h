#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace electra {

template <class Number>
Number number_at(const char* bytes) {
  Number number = 0;
  std::memcpy(&number, bytes, sizeof number);
  return number;
}

/// Whether two texts of `size` bytes are the same; quicker than memcmp where most are short.
inline bool is_same_text(const char* a, const char* b, std::size_t size) {
  using Eight = std::uint64_t;
  using Four = std::uint32_t;
  if (size >= 8) {
    for (std::size_t i = 0; i + 8 < size; i += 8)
      if (number_at<Eight>(a + i) != number_at<Eight>(b + i)) return false;
    return number_at<Eight>(a + size - 8) == number_at<Eight>(b + size - 8);
  }
  if (size >= 4)
    return number_at<Four>(a) == number_at<Four>(b) &&
           number_at<Four>(a + size - 4) == number_at<Four>(b + size - 4);
  for (std::size_t i = 0; i < size; ++i)
    if (a[i] != b[i]) return false;
  return true;
}

inline bool is_same_text(std::string_view a, std::string_view b) {
  return a.size() == b.size() && is_same_text(a.data(), b.data(), a.size());
}

/// For tables in memory alone: eight bytes at a time, mixed by products and shifts.
inline std::uint64_t hash_of_text(std::string_view text) {
  constexpr std::uint64_t odd = 0x9e3779b97f4a7c15;
  const char* bytes = text.data();
  const std::size_t size = text.size();
  std::uint64_t hash = size;
  const auto mix = [&](std::uint64_t number) {
    hash = (hash ^ number) * odd;
    hash ^= hash >> 29U;
  };
  if (size >= 8) {
    for (std::size_t i = 0; i + 8 < size; i += 8) mix(number_at<std::uint64_t>(bytes + i));
    mix(number_at<std::uint64_t>(bytes + size - 8));
  } else if (size >= 4) {
    mix(number_at<std::uint32_t>(bytes) |
        (std::uint64_t{number_at<std::uint32_t>(bytes + size - 4)} << 32U));
  } else if (size > 0) {
    const auto byte = [&](std::size_t i) {
      return std::uint64_t{static_cast<std::uint8_t>(bytes[i])};
    };
    mix(byte(0) | (byte(size / 2) << 8U) | (byte(size - 1) << 16U));
  }
  return (hash ^ (hash >> 32U)) * odd;
}

}  // namespace electra
