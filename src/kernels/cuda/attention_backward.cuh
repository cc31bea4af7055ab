#pragma once

#include "kernels/cuda/attention_forward.cuh"
#include "kernels/cuda/vector.cuh"

namespace electra::cuda::attention {

/// What the backward must know of a query.
struct Statistics {
  float log_sum_exp;  // in units of log 2; +infinity where nothing counts
  float dot;          // dout . out
};

/// A query's statistics, by `lanes` neighbouring lanes together; all lanes of the warp call it.
template <int lanes>
__device__ Statistics statistics_of(const bf16* dout, const bf16* out,
                                    const AttentionBackwardInputs& in, int sequence, int head,
                                    int query, int used) {
  constexpr int each = head_width / lanes;
  float dot = 0;
  if (query < used) {
    const Index at = in.e.out(sequence, query, head) + lane() % lanes * each;
    float a[each], b[each];
    load(dout + at, a);
    load(out + at, b);
#pragma unroll
    for (int i = 0; i < each; ++i) dot += a[i] * b[i];
  }
#pragma unroll
  for (int step = 1; step < lanes; step *= 2) dot += __shfl_xor_sync(~0U, dot, step);
  if (query >= used) return {INFINITY, 0};
  return {in.log_sum_exp[in.e.statistics(sequence, head, query)] * log2_e, dot};
}

/// dq of the 64 queries from `first` on: walks over the keys.
__device__ inline void differentiate_queries(unsigned char* tiles, int first, const bf16* dout,
                                             const bf16* qkv, const bf16* out, bf16* dqkv,
                                             const AttentionBackwardInputs& in) {
  const AttentionExtents& e = in.e;
  const std::uint32_t base = ptx::shared_address(tiles);
  const Tile queries{base}, gradients{base + tile_bytes};
  const Tile keys{base + 2 * tile_bytes}, values{base + 3 * tile_bytes};
  const int head = static_cast<int>(blockIdx.y);
  const int sequence = static_cast<int>(blockIdx.z);
  const int used = e.used(in.lengths, sequence);
  const Index stride = 3 * e.hidden;
  const auto part = [&](int which) { return qkv + e.qkv(sequence, 0, head, which); };
  const int count = first < used ? (used + tile_rows - 1) / tile_rows : 0;
  const int row = first + warp() * warp_rows + lane() / 4;
  Result<> dq = {};
  if (count > 0) {
    queries.copy(part(0), stride, first, used);
    gradients.copy(dout + e.out(sequence, 0, head), e.hidden, first, used);
    Left<> own, own_gradients;
    const Statistics rows[2] = {statistics_of<4>(dout, out, in, sequence, head, row, used),
                                statistics_of<4>(dout, out, in, sequence, head, row + 8, used)};
    for (int tile = 0; tile < count; ++tile) {
      __syncthreads();
      keys.copy(part(1), stride, tile * tile_rows, used);
      values.copy(part(2), stride, tile * tile_rows, used);
      ptx::commit_copies();
      ptx::wait_for_copies<0>();
      __syncthreads();
      if (tile == 0) {
        own = Left<>::load(queries);
        own_gradients = Left<>::load(gradients);
      }
      Result<> p = {}, dp = {};
      p.add_rows(own, keys);
      dp.add_rows(own_gradients, values);
      drop(dp, in.dropout, sequence, head, row, tile * tile_rows);
      scale_scores(p, in.scale * log2_e, tile * tile_rows, used);
#pragma unroll
      for (int j = 0; j < column_tiles; ++j)
#pragma unroll
        for (int i = 0; i < 4; ++i)
          dp.tile[j][i] = exp2f(p.tile[j][i] - rows[i / 2].log_sum_exp) *
                          (dp.tile[j][i] - rows[i / 2].dot);
      dq.add_columns(dp.rounded(), keys);
    }
  }
  const int mine = first + warp() * warp_rows;
  __syncthreads();
  const float factors[2] = {in.scale, in.scale};
  dq.store(queries, factors, dqkv + e.qkv(sequence, mine, head, 0), stride, e.length - mine);
}

inline constexpr int half_tiles = column_tiles / 2;

/// Turns scores into P M, and dout v^T into dS: rows are the lane's keys `key` and `key` + 8,
/// columns the queries from `first` on.
__device__ inline void differentiate(Result<half_tiles>& p, Result<half_tiles>& dp,
                                     const Statistics* columns, const AttentionBackwardInputs& in,
                                     int sequence, int head, int first, int key, int used) {
#pragma unroll
  for (int j = 0; j < half_tiles; ++j)
#pragma unroll
    for (int i = 0; i < 2; ++i) {
      const int column = 8 * j + 2 * (lane() % 4) + i;
      const Statistics s = columns[column];
      math::Words4 words{};
      if (in.dropout.active())  // the lane's two keys are 8 apart and share a block
        words = in.dropout.draw.words(
            math::attention_block(static_cast<std::uint32_t>(head),
                                  static_cast<std::uint32_t>(first + column),
                                  static_cast<std::uint32_t>(key)),
            static_cast<std::uint32_t>(sequence));
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        float& probability = p.tile[j][2 * half + i];
        float& gradient = dp.tile[j][2 * half + i];
        const int k = key + 8 * half;
        const float factor = in.dropout.factor_of(words, k);
        const float value =
            k < used ? exp2f(probability * in.scale * log2_e - s.log_sum_exp) : 0.0F;
        gradient = value * (gradient * factor - s.dot);
        probability = value * factor;
      }
    }
}

/// dk and dv of the 64 keys from `first` on: walks over the queries; rows of a result are keys, its
/// columns queries. `columns` has room for 64.
__device__ inline void differentiate_keys(unsigned char* tiles, Statistics* columns, int first,
                                          const bf16* dout, const bf16* qkv, const bf16* out,
                                          bf16* dqkv, const AttentionBackwardInputs& in) {
  const AttentionExtents& e = in.e;
  const std::uint32_t base = ptx::shared_address(tiles);
  const Tile keys{base}, values{base + tile_bytes};
  const Tile queries{base + 2 * tile_bytes}, gradients{base + 3 * tile_bytes};
  const int head = static_cast<int>(blockIdx.y);
  const int sequence = static_cast<int>(blockIdx.z);
  const int used = e.used(in.lengths, sequence);
  const Index stride = 3 * e.hidden;
  const auto part = [&](int which) { return qkv + e.qkv(sequence, 0, head, which); };
  const int count = first < used ? (used + tile_rows - 1) / tile_rows : 0;
  const int key = first + warp() * warp_rows + lane() / 4;
  Result<> dk = {}, dv = {};
  if (count > 0) {
    keys.copy(part(1), stride, first, used);
    values.copy(part(2), stride, first, used);
    Left<> own, own_values;
    for (int tile = 0; tile < count; ++tile) {
      const int start = tile * tile_rows;
      __syncthreads();
      queries.copy(part(0), stride, start, used);
      gradients.copy(dout + e.out(sequence, 0, head), e.hidden, start, used);
      ptx::commit_copies();
      constexpr int sharing = threads / tile_rows;
      const int column = static_cast<int>(threadIdx.x) / sharing;
      const Statistics statistics =
          statistics_of<sharing>(dout, out, in, sequence, head, start + column, used);
      if (static_cast<int>(threadIdx.x) % sharing == 0) columns[column] = statistics;
      ptx::wait_for_copies<0>();
      __syncthreads();
      if (tile == 0) {
        own = Left<>::load(keys);
        own_values = Left<>::load(values);
      }
      // Half a tile at a time: all of it would take more registers than there are.
#pragma unroll 1
      for (int begin = 0; begin < tile_rows; begin += 8 * half_tiles) {
        Result<half_tiles> p = {}, dp = {};
        p.add_rows(own, queries, begin);
        dp.add_rows(own_values, gradients, begin);
        differentiate(p, dp, columns + begin, in, sequence, head, start + begin, key, used);
        dk.add_columns(dp.rounded(), queries, begin);
        dv.add_columns(p.rounded(), gradients, begin);
      }
    }
  }
  const int mine = first + warp() * warp_rows;
  __syncthreads();
  const float scales[2] = {in.scale, in.scale};
  const float ones[2] = {1, 1};
  dk.store(keys, scales, dqkv + e.qkv(sequence, mine, head, 1), stride, e.length - mine);
  dv.store(values, ones, dqkv + e.qkv(sequence, mine, head, 2), stride, e.length - mine);
}

/// Blocks [0, gridDim.x / 2) take 64 queries each, the others 64 keys, for each (head, sequence).
__global__ void __launch_bounds__(threads)
    attention_backward(const bf16* dout, const bf16* qkv, const bf16* out, bf16* dqkv,
                       AttentionBackwardInputs in) {
  extern __shared__ __align__(1024) unsigned char tiles[];
  __shared__ Statistics columns[tile_rows];
  const int count = static_cast<int>(gridDim.x) / 2;
  const int block = static_cast<int>(blockIdx.x);
  if (block < count)
    differentiate_queries(tiles, block * tile_rows, dout, qkv, out, dqkv, in);
  else
    differentiate_keys(tiles, columns, (block - count) * tile_rows, dout, qkv, out, dqkv, in);
}

}  // namespace electra::cuda::attention
