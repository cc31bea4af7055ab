#pragma once

#include <cstdint>

#include "core/philox.h"

namespace electra::math {

/// A dropout rate as 16-bit numbers see it: keep where number >= threshold, times scale.
struct DropoutRate {
  std::uint32_t threshold = 0;
  float scale = 1;
};

[[nodiscard]] constexpr DropoutRate dropout_rate(float p) {
  const auto threshold = static_cast<std::uint32_t>(65536.0F * p + 0.5F);
  return {threshold, 65536.0F / static_cast<float>(65536U - threshold)};
}

/// The 16-bit number `i` (0 to 7) of a block, low half of a word first.
[[nodiscard]] constexpr std::uint32_t half(const Words4& words, int i) {
  const std::uint32_t word = i < 4 ? (i < 2 ? words.x : words.y) : (i < 6 ? words.z : words.w);
  return (i & 1) != 0 ? word >> 16U : word & 0xffffU;
}

/// Attention probabilities (head h, query q, key k): the block that holds their number …
[[nodiscard]] constexpr std::uint32_t attention_block(std::uint32_t h, std::uint32_t q,
                                                      std::uint32_t k) {
  return ((512 * h + q) * 16 + k / 32) * 4 + (k % 8) / 2;
}
/// … and the number within it: what one thread of an m16n8k16 tile holds of 32 keys of a row.
[[nodiscard]] constexpr int attention_number(std::uint32_t k) {
  return static_cast<int>(2 * ((k % 32) / 8) + k % 2);
}

}  // namespace electra::math
