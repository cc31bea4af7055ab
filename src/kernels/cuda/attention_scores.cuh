#pragma once

#include "kernels/cuda/attention_draw.cuh"
#include "kernels/cuda/attention_tile.cuh"
#include "kernels/cuda/vector.cuh"

namespace electra::cuda::attention {

// What the backward does between its products, for 32 queries at a time and 16 keys a warp: rows of
// a result are keys, its columns queries, so that P and dS are left operands of dv and dk at once.

inline constexpr int step_rows = 32;
inline constexpr int step_tiles = step_rows / 8;
inline constexpr int step_bytes = step_rows * row_bytes;

/// What the backward must know of a query; zeros where it is no token.
struct alignas(8) Statistics {
  float log_sum_exp;  // in units of log 2
  float dot;          // dout . out
};

/// Lanes that share a row of 64 when its statistics are worked out.
inline constexpr int sharing = 8;

/// A query's statistics, by `sharing` neighbouring lanes together; all lanes of the warp call it.
__device__ inline Statistics statistics_of(const bf16* dout, const bf16* out,
                                           const AttentionBackwardInputs& in, int sequence,
                                           int head, int query, int used) {
  constexpr int each = head_width / sharing;
  float dot = 0;
  if (query < used) {
    const Index at = in.e.out(sequence, query, head) + lane() % sharing * each;
    float a[each], b[each];
    load(dout + at, a);
    load(out + at, b);
#pragma unroll
    for (int i = 0; i < each; ++i) dot += a[i] * b[i];
  }
#pragma unroll
  for (int step = 1; step < sharing; step *= 2) dot += __shfl_xor_sync(whole_warp, dot, step);
  if (query >= used) return {0, 0};
  return {in.log_sum_exp[in.e.statistics(sequence, head, query)] * log2_e, dot};
}

/// Bytes that hold one bit for each of `queries` by `keys` probabilities: whether it is kept. A
/// byte is one Philox block: of a query, keys 2 p, 2 p + 1 and those 8, 16 and 24 behind them; the
/// eight bytes that a lane needs of 32 queries are neighbours.
constexpr int kept_bytes(int queries, int keys) { return queries * keys / 8; }

/// Draws these bits, of queries from `query` on and keys from `key` on, by `drawing` warps. Those
/// of blocks at or beyond `used` are left as they are.
template <int queries, int keys, int drawing>
__device__ void draw_kept(unsigned char* bits, const AttentionDropout& dropout, int sequence,
                          int head, int query, int key, int used) {
  constexpr int groups = keys / 32;
  static_assert(queries % step_rows == 0 && keys % 32 == 0);
  for (int run = warp(); run < groups * queries / 8; run += drawing) {
    const int group = run % groups;
    const int eight = run / groups;
    const int row = query + 8 * eight + lane() % 8;
    const int first = key + 32 * group;
    if (query + 8 * eight >= used || first >= used) continue;
    math::Words4 words{};
    if (dropout.active())
      words = dropout.draw.words(
          math::attention_block(
              static_cast<std::uint32_t>(head), static_cast<std::uint32_t>(row),
              static_cast<std::uint32_t>(first) + static_cast<std::uint32_t>(lane()) / 8 * 2),
          static_cast<std::uint32_t>(sequence));
    unsigned kept = 0;
#pragma unroll
    for (int i = 0; i < 8; ++i)
      kept |= static_cast<unsigned>(math::half(words, i) >= dropout.rate.threshold) << i;
    const int lanes = ((eight / 4 * groups + group) * 4 + lane() / 8) * 4 + lane() % 8 / 2;
    bits[lanes * 8 + eight % 4 * 2 + lane() % 2] = static_cast<unsigned char>(kept);
  }
}

/// This lane's bits of 32 queries, the `step`-th of those drawn, and this warp's keys, which begin
/// `row` behind the first: of column tile j, column i and half h, bit 8 (2 j + i) + 2 h.
__device__ inline uint2 kept_of(const unsigned char* bits, int step, int groups, int row) {
  const int lanes = ((step * groups + row / 32) * 4 + lane() / 8) * 4 + lane() % 4;
  const uint2 kept = reinterpret_cast<const uint2*>(bits)[lanes];
  const int shift = row % 32 / 16 * 4 + lane() / 4 % 2;
  return {kept.x >> shift, kept.y >> shift};
}

/// The bit of column tile j, column i and half h.
__device__ inline bool is_kept(uint2 kept, int j, int i, int half) {
  return ((j < 2 ? kept.x : kept.y) >> (8 * (2 * (j % 2) + i) + 2 * half) & 1U) != 0;
}

/// Turns scores into P M, and dout v^T into dS, by the statistics of the 32 queries.
__device__ inline void differentiate(Result<step_tiles>& p, Result<step_tiles>& dp,
                                     const Statistics* queries, uint2 kept, float factor,
                                     float scale) {
#pragma unroll
  for (int j = 0; j < step_tiles; ++j) {
    const float4 two = *reinterpret_cast<const float4*>(queries + 8 * j + 2 * (lane() % 4));
#pragma unroll
    for (int i = 0; i < 2; ++i) {
      const Statistics s = i == 0 ? Statistics{two.x, two.y} : Statistics{two.z, two.w};
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        float& probability = p.tile[j][2 * half + i];
        float& gradient = dp.tile[j][2 * half + i];
        const float value = ptx::power_of_two(probability * factor - s.log_sum_exp);
        const float multiplier = is_kept(kept, j, i, half) ? scale : 0.0F;
        gradient = value * (gradient * multiplier - s.dot);
        probability = value * multiplier;
      }
    }
  }
}

}  // namespace electra::cuda::attention
