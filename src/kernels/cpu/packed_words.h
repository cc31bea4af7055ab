#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "electra/core/packed_weight.h"
#include "kernels/cpu/panel_product.h"

/// The three formats of packed products. All read 32-bit words, of one, two or four numbers that
/// are multiplied and summed at once: a word of x, which all columns share, and a vector of words
/// of the weight, one for each column.
namespace electra::cpu {

using Words = VectorOf<std::int32_t>::type;
using Floats = VectorOf<float>::type;

struct F32Words {
  static constexpr WeightFormat format = WeightFormat::f32;
  static constexpr Index per_word = 1;
  static constexpr bool has_unit = true;
  using Sum = float;

  static Floats add_product(Floats sum, std::int32_t x, Words weight) {
    return sum + std::bit_cast<float>(x) * std::bit_cast<Floats>(weight);
  }
};

/// The lower half of a word is the earlier number.
struct Bf16Words {
  static constexpr WeightFormat format = WeightFormat::bf16;
  static constexpr Index per_word = 2;
  using Sum = float;

#ifdef __AVX512BF16__
  static constexpr bool has_unit = true;
#else
  static constexpr bool has_unit = false;
#endif
  static Floats add_product(Floats sum, std::int32_t x, Words weight) {
    return cpu::add_product(sum, x, weight);
  }
};

/// x without a sign, the weight with one.
struct Int8Words {
  static constexpr WeightFormat format = WeightFormat::int8;
  static constexpr Index per_word = 4;
  using Sum = std::int32_t;

#ifdef __AVX512VNNI__
  static constexpr bool has_unit = true;
  static Words add_product(Words sum, std::int32_t x, Words weight) {
    return std::bit_cast<Words>(_mm512_dpbusd_epi32(
        std::bit_cast<__m512i>(sum), _mm512_set1_epi32(x), std::bit_cast<__m512i>(weight)));
  }
#else
  static constexpr bool has_unit = false;
  static Words add_product(Words sum, std::int32_t x, Words weight) {
    for (int number = 0; number < 4; ++number)
      sum += ((x >> (8 * number)) & 255) * ((weight << (24 - 8 * number)) >> 24);
    return sum;
  }
#endif
};

/// Calls visit(F32Words{}), visit(Bf16Words{}) or visit(Int8Words{}).
template <class Visit>
decltype(auto) visit_words(WeightFormat format, const Visit& visit) {
  switch (format) {
    case WeightFormat::bf16:
      return visit(Bf16Words{});
    case WeightFormat::int8:
      return visit(Int8Words{});
    default:
      return visit(F32Words{});
  }
}

/// Numbers of a row that are rounded to 8 bits by one scale, of x and of the weight alike.
inline constexpr Index group_numbers = 128;
inline constexpr Index group_words = group_numbers / Int8Words::per_word;

/// How a group of 8-bit numbers without a sign is meant: scale * (number - zero).
struct GroupScale {
  float scale = 1, zero = 0;  // zero is a whole number
};

/// One number of all lanes, halves first.
template <class Lane, class Combine>
float fold(Lane lanes_of, const Combine& combine) {
  alignas(sizeof(Lane)) float values[static_cast<std::size_t>(lanes<float>)];
  std::memcpy(values, &lanes_of, sizeof values);
  for (Index width = lanes<float> / 2; width > 0; width /= 2)
    for (Index i = 0; i < width; ++i) values[i] = combine(values[i], values[i + width]);
  return values[0];
}

/// From the least and the greatest of some numbers; 0 is always met exactly. NaN if not all are
/// finite.
inline GroupScale group_scale(const float* row, Index width) {
  Floats least{}, greatest{}, checked{};
  Index i = 0;
  for (; i + lanes<float> <= width; i += lanes<float>) {
    const Floats x = load_vector(row + i);
    least = x < least ? x : least;
    greatest = x > greatest ? x : greatest;
    checked += x * 0.0F;
  }
  float low = fold(least, [](float a, float b) { return a < b ? a : b; });
  float high = fold(greatest, [](float a, float b) { return a > b ? a : b; });
  float sum = fold(checked, [](float a, float b) { return a + b; });
  for (; i < width; ++i) {
    low = std::min(low, row[i]);
    high = std::max(high, row[i]);
    sum += row[i] * 0.0F;
  }
  if (sum != 0) return {std::numeric_limits<float>::quiet_NaN(), 0};
  if (low == high) return {1, 0};
  const float scale = (high - low) / 255;
  return {scale, std::nearbyint(-low / scale)};
}

/// `width` numbers as words; the last one is filled with zeros.
inline void to_words(F32Words, const float* row, Index width, std::int32_t* words) {
  std::copy_n(reinterpret_cast<const std::int32_t*>(row), width, words);
}

inline void to_words(Bf16Words, const float* row, Index width, std::int32_t* words) {
  auto* halves = reinterpret_cast<bf16*>(words);
  convert(row, halves, width);
  if (width % 2 != 0) halves[width] = bf16{};
}

/// A group of x at most.
inline GroupScale to_words(Int8Words, const float* row, Index width, std::int32_t* words) {
  const GroupScale scale = group_scale(row, width);
  auto* bytes = reinterpret_cast<std::uint8_t*>(words);
  std::fill_n(words + width / 4, (width + 3) / 4 - width / 4, 0);
  if (!(scale.scale == scale.scale)) {
    std::fill_n(bytes, width, std::uint8_t{0});
    return scale;
  }
  const float inverse = 1 / scale.scale;
  const float zero = scale.zero;
  constexpr float magic = 0x1.8p23F;  // rounds to the nearest whole number, ties to even
  for (Index i = 0; i < width; ++i) {
    const float whole = (row[i] * inverse + zero + magic) - magic;
    bytes[i] = static_cast<std::uint8_t>(static_cast<std::int32_t>(whole < 0     ? 0
                                                                   : whole > 255 ? 255
                                                                                 : whole));
  }
  return scale;
}

}  // namespace electra::cpu
