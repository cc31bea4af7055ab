#pragma once

#include "kernels/cuda/attention_forward.cuh"
#include "kernels/cuda/attention_scores.cuh"

namespace electra::cuda::attention {

// The backward of long sequences: half the blocks own queries and form dq, the others own keys and
// form dk and dv. S and dP are worked out by both, so that nothing has to be added up between
// blocks. A block owns 64 rows and walks over the others, 32 a step; while it works on one step,
// the next is on its way.

inline constexpr int statistics_threads = 128;

/// The statistics of all queries, `sharing` lanes each.
__global__ void __launch_bounds__(statistics_threads)
    attention_statistics(const bf16* dout, const bf16* out, Statistics* statistics, Index rows,
                         AttentionBackwardInputs in) {
  const Index row = (static_cast<Index>(blockIdx.x) * statistics_threads + threadIdx.x) / sharing;
  const Index real = row < rows ? row : rows - 1;
  const auto [sequence, head, query] = in.e.query_of(real);
  const Statistics found =
      statistics_of(dout, out, in, sequence, head, query, in.e.places.length_of(sequence));
  if (row < rows && lane() % sharing == 0) statistics[row] = found;
}

/// What the shared memory of a block holds: its own rows of two tensors, and two steps.
struct TwoPass {
  static constexpr int kept_at = 2 * tile_bytes + 4 * step_bytes;
  static constexpr int statistics_at = kept_at + 2 * kept_bytes(step_rows, tile_rows);
  static constexpr int shared =
      statistics_at + 2 * step_rows * static_cast<int>(sizeof(Statistics));
  static_assert(2 * (shared + 1024) <= most_shared_bytes + 1024);  // two blocks on any card
  static_assert(kept_at % widest_access == 0 && statistics_at % widest_access == 0);

  std::uint32_t base;

  /// Tensor 0 or 1 of the block's own rows, and of a step's.
  __device__ Tile own(int tensor) const {
    return {base + static_cast<std::uint32_t>(tensor * tile_bytes)};
  }
  __device__ Tile other(int tensor, int step) const {
    return {base +
            static_cast<std::uint32_t>(2 * tile_bytes + (step % 2 * 2 + tensor) * step_bytes)};
  }
};

/// dq of the 64 queries from `first` on: walks over the keys.
__device__ inline void differentiate_queries(unsigned char* shared, int first, const bf16* dout,
                                             const bf16* qkv, const Statistics* statistics,
                                             bf16* dqkv, const AttentionBackwardInputs& in) {
  const AttentionExtents& e = in.e;
  const TwoPass at{tiles_in(shared)};
  const int head = static_cast<int>(blockIdx.y);
  const int sequence = static_cast<int>(blockIdx.z);
  const int used = e.places.length_of(sequence);
  const int stride = 3 * e.hidden;
  const auto part = [&](int which) { return qkv + e.qkv(sequence, 0, head, which); };
  const auto copy_step = [&](int step) {
    at.other(0, step).copy<step_rows>(part(1), stride, step * step_rows, used);
    at.other(1, step).copy<step_rows>(part(2), stride, step * step_rows, used);
    ptx::commit_copies();
  };
  const int count = first < used ? (used + step_rows - 1) / step_rows : 0;
  const int row = first + warp() * warp_rows + lane() / 4;
  Result<> dq = {};
  if (count > 0) {
    at.own(0).copy(part(0), stride, first, used);
    at.own(1).copy(dout + e.out(sequence, 0, head), e.hidden, first, used);
    copy_step(0);
    Statistics rows[2] = {};
#pragma unroll
    for (int half = 0; half < 2; ++half)
      if (row + 8 * half < used)
        rows[half] = statistics[e.statistics(sequence, head, row + 8 * half)];
    Left<> own, own_gradients;
#pragma unroll 1
    for (int step = 0; step < count; ++step) {
      ptx::wait_for_copies<0>();
      __syncthreads();  // copies are there, and what the next replace has been read
      if (step + 1 < count) copy_step(step + 1);
      if (step == 0) {
        own = Left<>::load(at.own(0));
        own_gradients = Left<>::load(at.own(1));
      }
      Result<step_tiles> p = {}, dp = {};
      p.add_rows(own, at.other(0, step));
      dp.add_rows(own_gradients, at.other(1, step));
      hide_columns(p, step * step_rows, used);
      drop(dp, in.dropout, sequence, head, row, step * step_rows);
#pragma unroll
      for (int j = 0; j < step_tiles; ++j)
#pragma unroll
        for (int i = 0; i < 4; ++i)
          dp.tile[j][i] =
              ptx::power_of_two(p.tile[j][i] * (in.scale * log2_e) - rows[i / 2].log_sum_exp) *
              (dp.tile[j][i] - rows[i / 2].dot);
      dq.add_columns(dp.rounded(), at.other(0, step));
    }
  }
  const int mine = first + warp() * warp_rows;
  const float factors[2] = {in.scale, in.scale};
  dq.store(at.own(0), factors, dqkv + e.qkv(sequence, mine, head, 0), stride,
           e.places.rows_of(sequence) - mine);
}

/// dk and dv of the 64 keys from `first` on: walks over the queries.
__device__ inline void differentiate_keys(unsigned char* shared, int first, const bf16* dout,
                                          const bf16* qkv, const Statistics* statistics, bf16* dqkv,
                                          const AttentionBackwardInputs& in) {
  const AttentionExtents& e = in.e;
  const TwoPass at{tiles_in(shared)};
  const int head = static_cast<int>(blockIdx.y);
  const int sequence = static_cast<int>(blockIdx.z);
  const int used = e.places.length_of(sequence);
  const int stride = 3 * e.hidden;
  const auto part = [&](int which) { return qkv + e.qkv(sequence, 0, head, which); };
  const auto kept = [=](int step) {
    return shared + TwoPass::kept_at + step % 2 * kept_bytes(step_rows, tile_rows);
  };
  const auto queries = [=](int step) {
    return reinterpret_cast<Statistics*>(shared + TwoPass::statistics_at) + step % 2 * step_rows;
  };
  const auto prepare = [&](int step) {
    const int start = step * step_rows;
    at.other(0, step).copy<step_rows>(part(0), stride, start, used);
    at.other(1, step).copy<step_rows>(dout + e.out(sequence, 0, head), e.hidden, start, used);
    const int query = static_cast<int>(threadIdx.x);
    if (query < step_rows) {
      const bool real = start + query < used;
      ptx::copy_async_8(ptx::shared_address(queries(step) + query),
                        statistics + (real ? e.statistics(sequence, head, start + query) : 0),
                        real ? 8 : 0);
    }
    ptx::commit_copies();
    draw_kept<step_rows, tile_rows, warps>(kept(step), in.dropout, sequence, head, start, first,
                                           used);
  };
  const int count = first < used ? (used + step_rows - 1) / step_rows : 0;
  const int own = warp() * warp_rows;
  Result<> dk = {}, dv = {};
  if (count > 0) {
    at.own(0).copy(part(1), stride, first, used);
    at.own(1).copy(part(2), stride, first, used);
    prepare(0);
#pragma unroll 1
    for (int step = 0; step < count; ++step) {
      ptx::wait_for_copies<0>();
      __syncthreads();  // all of this step is there, and what the next replaces has been read
      if (step + 1 < count) prepare(step + 1);
      if (first + own >= used) continue;
      Result<step_tiles> p = {}, dp = {};
      p.add_rows(at.own(0), at.other(0, step));
      dp.add_rows(at.own(1), at.other(1, step));
      hide_rows(p, first + own, used);
      differentiate(p, dp, queries(step), kept_of(kept(step), 0, 2, own), in.scale * log2_e,
                    in.dropout.rate.scale);
      dv.add_columns(p.rounded(), at.other(1, step));
      dk.add_columns(dp.rounded(), at.other(0, step));
    }
  }
  const int mine = first + own;
  const float scales[2] = {in.scale, in.scale};
  const float ones[2] = {1, 1};
  dk.store(at.own(0), scales, dqkv + e.qkv(sequence, mine, head, 1), stride,
           e.places.rows_of(sequence) - mine);
  dv.store(at.own(1), ones, dqkv + e.qkv(sequence, mine, head, 2), stride,
           e.places.rows_of(sequence) - mine);
}

/// Blocks [0, gridDim.x / 2) take 64 queries each, the others 64 keys, for each (head, sequence).
template <bool packed>
__global__ void __launch_bounds__(threads, 4)
    attention_backward(const bf16* dout, const bf16* qkv, const Statistics* statistics, bf16* dqkv,
                       AttentionBackwardInputs in) {
  expect_form<packed>(in.e.places);
  extern __shared__ __align__(1024) unsigned char shared[];
  const int count = static_cast<int>(gridDim.x) / 2;
  const int block = static_cast<int>(blockIdx.x);
  if (block < count)
    differentiate_queries(shared, block * tile_rows, dout, qkv, statistics, dqkv, in);
  else
    differentiate_keys(shared, (block - count) * tile_rows, dout, qkv, statistics, dqkv, in);
}

}  // namespace electra::cuda::attention
