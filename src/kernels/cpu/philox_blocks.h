#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include "core/philox.h"

namespace electra::cpu {

/// How many Philox blocks are drawn side by side, and the words they give.
inline constexpr std::size_t blocks_at_once = 8;
inline constexpr std::size_t words_at_once = 4 * blocks_at_once;

namespace detail {

/// Four blocks: one word of each in the low half of a lane, the high half is of no account. So a
/// product needs no shuffles.
typedef std::uint64_t FourBlocks [[gnu::vector_size(32)]];

inline constexpr std::uint64_t low_half = 0xffffffffU;

inline FourBlocks product(FourBlocks value, std::uint32_t factor) {
#if defined(__AVX2__)
  const FourBlocks factors = FourBlocks{} + factor;
  return reinterpret_cast<FourBlocks>(
      _mm256_mul_epu32(reinterpret_cast<__m256i>(value), reinterpret_cast<__m256i>(factors)));
#else
  return (value & low_half) * factor;
#endif
}

struct FourCounters {
  FourBlocks x, y, z, w;

  FourCounters(const math::Words4& c, std::uint32_t first)
      : x(FourBlocks{0, 1, 2, 3} + (c.x + first)),
        y(FourBlocks{} + c.y),
        z(FourBlocks{} + c.z),
        w(FourBlocks{} + c.w) {}

  void round(std::uint32_t k0, std::uint32_t k1) {
    const FourBlocks p0 = product(x, 0xD2511F53U);
    const FourBlocks p1 = product(z, 0xCD9E8D57U);
    x = (p1 >> 32U) ^ y ^ (FourBlocks{} + k0);
    y = p1;
    z = (p0 >> 32U) ^ w ^ (FourBlocks{} + k1);
    w = p0;
  }

  void store(std::uint32_t* words) const {
    const FourBlocks xy = (x & low_half) | (y << 32U);
    const FourBlocks zw = (z & low_half) | (w << 32U);
    const FourBlocks first = __builtin_shuffle(xy, zw, FourBlocks{0, 4, 1, 5});
    const FourBlocks second = __builtin_shuffle(xy, zw, FourBlocks{2, 6, 3, 7});
    std::memcpy(words, &first, sizeof first);
    std::memcpy(words + 8, &second, sizeof second);
  }
};

}  // namespace detail

/// The words of `blocks_at_once` consecutive Philox blocks from counter.x on, in the order of their
/// numbers: word i % 4 of block i / 4.
inline std::array<std::uint32_t, words_at_once> philox_words(std::uint64_t key,
                                                             const math::Words4& counter) {
  detail::FourCounters low(counter, 0), high(counter, 4);
  auto k0 = static_cast<std::uint32_t>(key);
  auto k1 = static_cast<std::uint32_t>(key >> 32U);
  for (int round = 0; round < 10; ++round) {
    low.round(k0, k1);
    high.round(k0, k1);
    k0 += 0x9E3779B9U;
    k1 += 0xBB67AE85U;
  }
  std::array<std::uint32_t, words_at_once> words;
  low.store(words.data());
  high.store(words.data() + 16);
  return words;
}

}  // namespace electra::cpu
