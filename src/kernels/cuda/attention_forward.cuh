#pragma once

#include "kernels/cuda/attention_draw.cuh"
#include "kernels/cuda/attention_tile.cuh"

namespace electra::cuda::attention {

inline constexpr float ln_2 = 0.69314718055994530942F;

/// Zeroes or scales the probabilities of rows `row` and `row` + 8 (queries) and the columns of a
/// result (keys, from `first` on): a lane's numbers of 32 keys of a row are one Philox block.
template <int tiles>
__device__ void drop(Result<tiles>& p, const AttentionDropout& dropout, int sequence, int head,
                     int row, int first) {
  if (!dropout.active()) return;
#pragma unroll
  for (int half = 0; half < 2; ++half)
#pragma unroll
    for (int run = 0; run < tiles; run += 4) {
      const auto key = static_cast<std::uint32_t>(first + 8 * run + 2 * (lane() % 4));
      const math::Words4 words =
          dropout.draw.words(math::attention_block(static_cast<std::uint32_t>(head),
                                                   static_cast<std::uint32_t>(row + 8 * half), key),
                             static_cast<std::uint32_t>(sequence));
#pragma unroll
      for (int j = 0; j < 4; ++j)
#pragma unroll
        for (int i = 0; i < 2; ++i) {
          float& value = p.tile[run + j][2 * half + i];
          value *=
              math::half(words, 2 * j + i) >= dropout.rate.threshold ? dropout.rate.scale : 0.0F;
        }
    }
}

/// Online softmax over tiles of keys, for the two rows of a lane.
struct RunningSoftmax {
  float factor;                           // of scores, to units of log 2
  float max[2] = {-INFINITY, -INFINITY};  // of the scores without it
  float sum[2] = {};                      // this lane's share

  /// Turns scores into powers of two below the maximum so far; returns what earlier sums must be
  /// multiplied by.
  __device__ void take(Result<>& scores, float (&shrink)[2]) {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      float top = max[half];
#pragma unroll
      for (int j = 0; j < column_tiles; ++j)
        top = fmaxf(top, fmaxf(scores.tile[j][2 * half], scores.tile[j][2 * half + 1]));
      top = quad_max(top);
      const float least = top * factor;
      shrink[half] = ptx::power_of_two(max[half] * factor - least);
      max[half] = top;
      sum[half] *= shrink[half];
#pragma unroll
      for (int j = 0; j < column_tiles; ++j)
#pragma unroll
        for (int i = 0; i < 2; ++i) {
          float& score = scores.tile[j][2 * half + i];
          score = ptx::power_of_two(score * factor - least);
          sum[half] += score;
        }
    }
  }
};

/// A block for each (64 queries, head, sequence).
template <bool packed>
__global__ void __launch_bounds__(threads, 4)
    attention_forward(const bf16* qkv, bf16* out, float* log_sum_exp, AttentionExtents e,
                      float scale, AttentionDropout dropout) {
  expect_form<packed>(e.places);
  extern __shared__ __align__(1024) unsigned char tiles[];
  const std::uint32_t base = tiles_in(tiles);
  const Tile queries{base};
  const auto keys = [=](int stage) { return Tile{base + (1 + 2 * stage) * tile_bytes}; };
  const auto values = [=](int stage) { return Tile{base + (2 + 2 * stage) * tile_bytes}; };
  const int first = static_cast<int>(blockIdx.x) * tile_rows;
  const int head = static_cast<int>(blockIdx.y);
  const int sequence = static_cast<int>(blockIdx.z);
  const int used = e.places.length_of(sequence);
  const int stride = 3 * e.hidden;
  const auto part = [&](int which) { return qkv + e.qkv(sequence, 0, head, which); };
  const auto copy_tile = [&](int tile) {
    keys(tile % 2).copy(part(1), stride, tile * tile_rows, used);
    values(tile % 2).copy(part(2), stride, tile * tile_rows, used);
    ptx::commit_copies();
  };

  const int count = first < used ? (used + tile_rows - 1) / tile_rows : 0;
  Result<> mixed = {};
  RunningSoftmax softmax{.factor = scale * log2_e};
  const int row = first + warp() * warp_rows + lane() / 4;
  if (count > 0) {
    queries.copy(part(0), stride, first, used);
    copy_tile(0);
    Left<> own;
    for (int tile = 0; tile < count; ++tile) {
      if (tile + 1 < count) {
        copy_tile(tile + 1);
        ptx::wait_for_copies<1>();
      } else {
        ptx::wait_for_copies<0>();
      }
      __syncthreads();
      if (tile == 0) own = Left<>::load(queries);
      Result<> scores = {};
      scores.add_rows(own, keys(tile % 2));
      hide_columns(scores, tile * tile_rows, used);
      float shrink[2];
      softmax.take(scores, shrink);
#pragma unroll
      for (int j = 0; j < column_tiles; ++j)
#pragma unroll
        for (int i = 0; i < 4; ++i) mixed.tile[j][i] *= shrink[i / 2];
      drop(scores, dropout, sequence, head, row, tile * tile_rows);
      mixed.add_columns(scores.rounded(), values(tile % 2));
      __syncthreads();  // before the next copy overwrites what others may still read
    }
  }
  float factors[2];
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const int query = row + 8 * half;
    const float sum = quad_sum(softmax.sum[half]);
    const bool real = query < used;
    factors[half] = real ? 1.0F / sum : 0.0F;
    if (lane() % 4 == 0 && query < e.places.length)
      log_sum_exp[e.statistics(sequence, head, query)] =
          real ? (softmax.max[half] * softmax.factor + log2f(sum)) * ln_2 : 0.0F;
  }
  const int mine = first + warp() * warp_rows;
  mixed.store(queries, factors, out + e.out(sequence, mine, head), e.hidden,
              e.places.rows_of(sequence) - mine);
}

}  // namespace electra::cuda::attention
