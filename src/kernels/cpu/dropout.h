#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "electra/core/random.h"
#include "kernels/cpu/lanes.h"
#include "kernels/math/dropout.h"
#include "kernels/math/row_places.h"

namespace electra::cpu {

/// Blocks that are drawn at once: whole groups are written.
inline constexpr Index blocks_per_group = 8;

/// What the counter of Philox holds besides the block.
struct DrawAt {
  std::uint64_t seed;
  std::uint32_t example;
  std::uint32_t site;
  std::uint32_t step;
};

[[nodiscard]] inline DrawAt draw_at(const RandomKey& key, std::uint32_t example) {
  const auto step = static_cast<std::uint32_t>(*key.step.data<std::int32_t>());
  return {key.seed, key.first_example + example, key.site.value, step};
}

namespace detail {
/// A block a lane: one word of it in the low half, anything in the high half.
using BlockLanes = Register<std::uint64_t, register_bytes>::type;
inline constexpr Index block_lanes = register_bytes / 8;

/// The products of the low halves: one instruction, which compilers do not find by themselves.
inline BlockLanes low_product(BlockLanes a, BlockLanes b) {
#if defined(__AVX512F__)
  return reinterpret_cast<BlockLanes>(
      _mm512_mul_epu32(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
#elif defined(__AVX2__)
  return reinterpret_cast<BlockLanes>(
      _mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
#elif defined(__SSE2__)
  return reinterpret_cast<BlockLanes>(
      _mm_mul_epu32(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
#else
  return (a & 0xffffffffU) * (b & 0xffffffffU);
#endif
}

/// Philox 4x32-10 of consecutive blocks; two 64-bit values a block, words in order.
inline void draw_lanes(const DrawAt& at, std::uint32_t first_block, std::uint64_t* words) {
  BlockLanes x{}, y{}, z{}, w{};
  for (int i = 0; i < block_lanes; ++i) x[i] = first_block + static_cast<std::uint32_t>(i);
  y += at.example;
  z += at.site;
  w += at.step;
  auto k0 = static_cast<std::uint32_t>(at.seed);
  auto k1 = static_cast<std::uint32_t>(at.seed >> 32U);
  for (int round = 0; round < 10; ++round) {
    const BlockLanes p0 = low_product(x, BlockLanes{} + 0xD2511F53U);
    const BlockLanes p1 = low_product(z, BlockLanes{} + 0xCD9E8D57U);
    x = (p1 >> 32U) ^ y ^ k0;
    y = p1;
    z = (p0 >> 32U) ^ w ^ k1;
    w = p0;
    k0 += 0x9E3779B9U;
    k1 += 0xBB67AE85U;
  }
  const BlockLanes front = (x & 0xffffffffU) | (y << 32U);
  const BlockLanes back = (z & 0xffffffffU) | (w << 32U);
  for (int i = 0; i < block_lanes; ++i) {
    words[2 * i] = front[i];
    words[2 * i + 1] = back[i];
  }
}
}  // namespace detail

/// Numbers that `draw_numbers` writes for this many blocks: 8 a block, whole groups.
[[nodiscard]] constexpr Index numbers_for(Index blocks) {
  return (blocks + blocks_per_group - 1) / blocks_per_group * blocks_per_group * 8;
}

/// The 16-bit numbers of a run of blocks, in order; see electra::math::half.
inline void draw_numbers(const DrawAt& at, std::uint32_t first_block, Index blocks,
                         std::uint16_t* numbers) {
  static_assert(std::endian::native == std::endian::little, "the low half of a word comes first");
  alignas(64) std::uint64_t words[2 * blocks_per_group];
  for (Index block = 0; block < blocks; block += blocks_per_group) {
    for (Index i = 0; i < blocks_per_group; i += detail::block_lanes)
      detail::draw_lanes(at, first_block + static_cast<std::uint32_t>(block + i), words + 2 * i);
    std::memcpy(numbers + 8 * block, words, sizeof words);
  }
}

/// The same as factors: the scale where the number is kept, else 0. Writes numbers_for(blocks).
template <class W>
void draw_factors(const DrawAt& at, math::DropoutRate rate, std::uint32_t first_block, Index blocks,
                  W* factors) {
  constexpr int n = 8 * blocks_per_group;
  alignas(64) std::uint16_t numbers[n];
  const auto scale = static_cast<W>(rate.scale);
  for (Index block = 0; block < blocks; block += blocks_per_group) {
    draw_numbers(at, first_block + static_cast<std::uint32_t>(block), blocks_per_group, numbers);
    W* to = factors + 8 * block;
    for (int i = 0; i < n; ++i) to[i] = numbers[i] >= rate.threshold ? scale : W{0};
  }
}

/// Dropout of [rows, width] activations: elements of one example are numbered place * width +
/// column.
template <class W>
class RowDropout {
 public:
  RowDropout(const RandomKey& key, float p, const TextRows& rows, Index width)
      : key_(key),
        rate_(math::dropout_rate(p)),
        places_(math::row_places<Index>(rows)),
        width_(width) {}

  /// Scratch elements that `factors` needs: none if nothing is dropped.
  [[nodiscard]] Index scratch() const { return active() ? numbers_for(width_ / 8 + 2) : 0; }
  [[nodiscard]] bool active() const { return rate_.threshold > 0; }

  /// The factors of one row, in scratch; null if nothing is dropped.
  [[nodiscard]] const W* factors(Index row, W* scratch) const {
    if (!active()) return nullptr;
    const Index first = places_.place_of(row) * width_;
    const Index skipped = first % 8;
    draw_factors(draw_at(key_, static_cast<std::uint32_t>(places_.example_of(row))), rate_,
                 static_cast<std::uint32_t>(first / 8), (skipped + width_ + 7) / 8, scratch);
    return scratch + skipped;
  }

 private:
  RandomKey key_;
  math::DropoutRate rate_;
  math::RowPlaces<Index> places_;
  Index width_;
};

/// Lanes times their factors; exactly 0 where dropped, whatever was there.
template <class W>
struct Dropped {
  const W* factors;

  template <class Count>
  [[nodiscard]] Lanes<W> operator()(Lanes<W> value, Index column, Count count) const {
    const Lanes<W> factor = load(factors + column, count);
    return factor == W{0} ? factor : value * factor;
  }
};

/// No dropout.
struct Kept {
  template <class V, class Count>
  [[nodiscard]] V operator()(V value, Index, Count) const {
    return value;
  }
};

/// Calls body with what applies to a row: `Dropped` or, if factors are absent, `Kept`.
template <class W, class Body>
void with_dropout(const W* factors, const Body& body) {
  if (factors != nullptr)
    body(Dropped<W>{factors});
  else
    body(Kept{});
}

}  // namespace electra::cpu
