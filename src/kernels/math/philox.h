#pragma once

#include <cstdint>

namespace electra::math {

/// Four words: counter or result of Philox 4x32.
struct Words4 {
  std::uint32_t x, y, z, w;
};

/// Philox 4x32-10 (Salmon et al., SC 2011, "Parallel random numbers: as easy as 1, 2, 3"), with the
/// constants of Random123. Shared by all backends.
[[nodiscard]] constexpr Words4 philox(std::uint64_t key, Words4 c) {
  auto k0 = static_cast<std::uint32_t>(key);
  auto k1 = static_cast<std::uint32_t>(key >> 32U);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53U} * c.x;
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57U} * c.z;
    c = {static_cast<std::uint32_t>(p1 >> 32U) ^ c.y ^ k0, static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32U) ^ c.w ^ k1, static_cast<std::uint32_t>(p0)};
    k0 += 0x9E3779B9U;
    k1 += 0xBB67AE85U;
  }
  return c;
}

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
