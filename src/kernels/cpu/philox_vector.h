#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "core/philox.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace electra::cpu {

/// math::philox at counter.x to counter.x + 3: the four words x, then the four y, z, w, as 16-bit
/// numbers, low half first.
inline void philox_of_four(std::uint64_t key, math::Words4 counter, std::uint16_t* numbers) {
#if defined(__AVX2__)
  // One word in each 64-bit lane; its upper half is never read.
  const auto all = [](std::uint32_t value) { return _mm256_set1_epi64x(value); };
  const __m256i first = all(0xD2511F53U), second = all(0xCD9E8D57U);
  __m256i x = _mm256_add_epi32(all(counter.x), _mm256_setr_epi64x(0, 1, 2, 3));
  __m256i y = all(counter.y), z = all(counter.z), w = all(counter.w);
  auto k0 = static_cast<std::uint32_t>(key);
  auto k1 = static_cast<std::uint32_t>(key >> 32U);
#pragma GCC unroll 10
  for (int round = 0; round < 10; ++round) {
    const __m256i p0 = _mm256_mul_epu32(x, first), p1 = _mm256_mul_epu32(z, second);
    x = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p1, 32), y), all(k0));
    z = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p0, 32), w), all(k1));
    y = p1;
    w = p0;
    k0 += 0x9E3779B9U;
    k1 += 0xBB67AE85U;
  }
  const __m256i lower = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
  for (const __m256i words : {x, y, z, w}) {
    const __m256i packed = _mm256_permutevar8x32_epi32(words, lower);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(numbers), _mm256_castsi256_si128(packed));
    numbers += 8;
  }
#else
  for (std::uint32_t i = 0; i < 4; ++i) {
    const math::Words4 words = math::philox(key, {counter.x + i, counter.y, counter.z, counter.w});
    int group = 0;
    for (const std::uint32_t word : {words.x, words.y, words.z, words.w}) {
      numbers[8 * group + 2 * static_cast<int>(i)] = static_cast<std::uint16_t>(word);
      numbers[8 * group + 2 * static_cast<int>(i) + 1] = static_cast<std::uint16_t>(word >> 16U);
      ++group;
    }
  }
#endif
}

}  // namespace electra::cpu
