#pragma once

#include "kernels/cuda/attention_scores.cuh"

namespace electra::cuda::attention {

// The backward of sequences so short that one block holds all their keys: S and dP are worked out
// once. A warp owns 16 keys and keeps their dk and dv; the block walks over the queries, 32 a step.
// D and dq need all keys: of D the warps leave their parts in shared memory before a barrier,
// behind it dS, from which they form dq a step later.

/// dS of one step in shared memory, transposed: a row is a key, its 32 queries 64 bytes in four
/// chunks. Two rows lie in 128 bytes, whose eight chunks are permuted so that eight rows of one
/// chunk lie in different banks.
struct ScoreGradients {
  std::uint32_t base;

  __device__ std::uint32_t at(int key, int chunk) const {
    const int line = key / 2;
    const int place = (key % 2 * 4 + chunk) ^ (line % 4);
    return base + static_cast<std::uint32_t>(line * 128 + place * 16);
  }
  /// Writes the rows of this warp.
  __device__ void store(const Left<step_tiles / 2>& rows) const {
#pragma unroll
    for (int chunk = 0; chunk < step_tiles; ++chunk)
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        const int key = warp() * warp_rows + lane() / 4 + 8 * half;
        ptx::store_shared(at(key, chunk) + static_cast<std::uint32_t>(4 * (lane() % 4)),
                          rows.step[chunk / 2][chunk % 2 * 2 + half]);
      }
  }
  /// Queries [16 part, 16 part + 16) by keys [16 s, 16 s + 16), as the left operand of a product.
  __device__ void load(int part, int s, std::uint32_t (&to)[4]) const {
    const int key = 16 * s + lane() / 16 * 8 + lane() % 8;
    ptx::load_matrices_transposed(at(key, 2 * part + lane() / 8 % 2), to);
  }
};

/// How sequences of at most `rows` tokens are spread over a block, and what its shared memory
/// holds.
template <int rows>
struct OnePass {
  static constexpr int warps = rows / warp_rows;
  static constexpr int threads = warps * warp_size;
  /// A multiprocessor: 128 registers a thread. Of packed texts one less, which leaves a thread the
  /// few more that their places take.
  static constexpr int blocks = 512 / threads;
  static constexpr int steps = rows / step_rows;
  static constexpr int stages = steps < 3 ? steps : 3;
  static constexpr int ds_bytes = rows * step_rows * 2;
  static constexpr int kept_at = 2 * rows * row_bytes + 2 * stages * step_bytes + ds_bytes;
  static constexpr int log_sum_exp_at = kept_at + kept_bytes(rows, rows);
  static constexpr int dots_at = log_sum_exp_at + rows * 4;
  static constexpr int shared = dots_at + warps * step_rows * 4;
  static_assert(shared <= most_shared_bytes);
  static_assert(kept_at % widest_access == 0 && log_sum_exp_at % widest_access == 0);

  std::uint32_t base;

  __device__ Tile keys() const { return {base}; }
  __device__ Tile values() const { return {base + rows * row_bytes}; }
  __device__ Tile queries(int step) const {
    return {base + 2 * rows * row_bytes +
            static_cast<std::uint32_t>(step % stages * 2 * step_bytes)};
  }
  __device__ Tile gradients(int step) const { return {queries(step).base + step_bytes}; }
  __device__ ScoreGradients ds() const { return {queries(0).base + 2 * stages * step_bytes}; }
};

/// Of a lane and the one whose number differs in this bit, both with two numbers: one adds up the
/// first of both, the other the second.
__device__ inline float share_sums(float first, float second, int bit) {
  const bool upper = (lane() & bit) != 0;
  return (upper ? second : first) + __shfl_xor_sync(whole_warp, upper ? first : second, bit);
}

/// D of 32 queries: each warp leaves the part that its 16 keys make.
template <int warps>
struct Dots {
  float* parts;  // [warps, step_rows]

  /// Leaves this warp's part of one query, that of column tile lane() / 8, column lane() / 4 % 2.
  __device__ void store(float part) const {
    const int thread = ptx::thread_read_anew();  // registers are scarce
    const int query = thread % warp_size / 8 * 8 + 2 * (thread % 4) + thread / 4 % 2;
    parts[thread / warp_size * step_rows + query] = part;
  }
  /// D of query `lane`.
  __device__ float sum() const {
    const float* part = parts + ptx::thread_read_anew() % warp_size;
    float dot = 0;
#pragma unroll
    for (int w = 0; w < warps; ++w) dot += part[w * step_rows];
    return dot;
  }
};

/// Turns scores into P, and dout v^T into P M dP', and leaves this warp's part of D.
template <int warps>
__device__ void weigh(Result<step_tiles>& p, Result<step_tiles>& dp, const float* log_sum_exp,
                      uint2 kept, float factor, float scale, const Dots<warps>& dots) {
  float tiles[step_tiles];
#pragma unroll
  for (int j = 0; j < step_tiles; ++j) {
    const float2 two = *reinterpret_cast<const float2*>(log_sum_exp + 8 * j + 2 * (lane() % 4));
    float sums[2] = {};
#pragma unroll
    for (int i = 0; i < 2; ++i) {
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        float& probability = p.tile[j][2 * half + i];
        float& gradient = dp.tile[j][2 * half + i];
        probability = ptx::power_of_two(probability * factor - (i == 0 ? two.x : two.y));
        gradient *= probability * (is_kept(kept, j, i, half) ? scale : 0.0F);
        sums[i] += gradient;
      }
    }
    tiles[j] = share_sums(sums[0], sums[1], 4);
  }
  static_assert(step_tiles == 4);
  dots.store(share_sums(share_sums(tiles[0], tiles[1], 8), share_sums(tiles[2], tiles[3], 8), 16));
}

/// Turns P into P M, and P M dP' into dS, where a lane has D of the query of its number.
__device__ inline void subtract(Result<step_tiles>& p, Result<step_tiles>& dp, uint2 kept,
                                float scale, float dot) {
  const int first = 2 * (ptx::thread_read_anew() % 4);
#pragma unroll
  for (int j = 0; j < step_tiles; ++j)
#pragma unroll
    for (int i = 0; i < 2; ++i) {
      const float own = __shfl_sync(whole_warp, dot, 8 * j + first + i);
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        float& probability = p.tile[j][2 * half + i];
        dp.tile[j][2 * half + i] -= probability * own;
        probability *= is_kept(kept, j, i, half) ? scale : 0.0F;
      }
    }
}

/// Adds one step's queries to dk and dv of this warp's keys and leaves dS. All warps call it.
template <class Layout>
__device__ void add_queries(Result<>& dk, Result<>& dv, const Layout& at, int step, int used,
                            const unsigned char* drawn, const float* log_sum_exp,
                            const Dots<Layout::warps>& dots, const AttentionBackwardInputs& in) {
  const int own = warp() * warp_rows;
  const bool real = own < used;
  Result<step_tiles> p = {}, dp = {};
  if (real) {
    p.add_rows(at.keys(), at.queries(step));
    dp.add_rows(at.values(), at.gradients(step));
    hide_rows(p, own, used);
    weigh(p, dp, log_sum_exp, kept_of(drawn, step, Layout::steps, own), in.scale * log2_e,
          in.dropout.rate.scale, dots);
  }
  __syncthreads();  // all parts of D are there, and the last dS has been read
  if (!real) return;
  const float dot = dots.sum();
  subtract(p, dp, kept_of(drawn, step, Layout::steps, own), in.dropout.rate.scale, dot);
  dv.add_columns(p.rounded(), at.gradients(step));
  const Left<step_tiles / 2> ds = dp.rounded();
  at.ds().store(ds);
  dk.add_columns(ds, at.queries(step));
}

/// dq of one step's queries: each warp forms 16 rows by 128 / warps columns. `to` is the row of the
/// step's first query, `count` the rows that are there.
template <int rows>
__device__ void store_dq(const OnePass<rows>& at, int step, int used, float scale, bf16* to,
                         int stride, int count) {
  constexpr int tiles = 2 * column_tiles / OnePass<rows>::warps;
  const int part = warp() % 2;
  const int first = warp() / 2 * tiles;
  Result<tiles> dq = {};
#pragma unroll
  for (int s = 0; s < rows / 16; ++s) {
    if (16 * s >= used) break;
    std::uint32_t ds[4];
    at.ds().load(part, s, ds);
    dq.add_columns(ds, at.keys(), s, first);
  }
  // Neighbouring lanes exchange, so that each writes four columns of one tile.
  // Registers are scarce where a warp forms more columns.
  const int own_lane = tiles > 2 ? ptx::thread_read_anew() % warp_size : lane();
  const bool odd = own_lane % 2 != 0;
#pragma unroll
  for (int half = 0; half < 2; ++half)
#pragma unroll
    for (int j = 0; j < tiles; j += 2) {
      const std::uint32_t own[2] = {
          ptx::pack_bf16(dq.tile[j][2 * half] * scale, dq.tile[j][2 * half + 1] * scale),
          ptx::pack_bf16(dq.tile[j + 1][2 * half] * scale, dq.tile[j + 1][2 * half + 1] * scale)};
      const std::uint32_t other = __shfl_xor_sync(whole_warp, odd ? own[0] : own[1], 1);
      const int row = 16 * part + own_lane / 4 + 8 * half;
      if (row >= count) continue;
      const int column = 8 * (first + j + own_lane % 2) + 4 * (own_lane % 4 / 2);
      *reinterpret_cast<uint2*>(to + row * stride + column) =
          odd ? uint2{other, own[1]} : uint2{own[0], other};
    }
}

/// Zeroes `count` rows of 64.
template <int writing>
__device__ void clear_rows(bf16* to, int stride, int count) {
  for (int i = static_cast<int>(threadIdx.x); i < count * chunks; i += writing)
    *reinterpret_cast<uint4*>(to + i / chunks * stride + i % chunks * 8) = uint4{};
}

/// A block for each head of each sequence of at most `rows` tokens.
template <int rows, bool packed>
__global__ void __launch_bounds__(OnePass<rows>::threads, OnePass<rows>::blocks - packed)
    attention_backward_one_pass(const bf16* dout, const bf16* qkv, bf16* dqkv,
                                AttentionBackwardInputs in) {
  expect_form<packed>(in.e.places);
  using Layout = OnePass<rows>;
  extern __shared__ __align__(1024) unsigned char shared[];
  const Layout at{tiles_in(shared)};
  unsigned char* kept = shared + Layout::kept_at;
  auto* log_sum_exp = reinterpret_cast<float*>(shared + Layout::log_sum_exp_at);
  const Dots<Layout::warps> dots{reinterpret_cast<float*>(shared + Layout::dots_at)};
  const AttentionExtents& e = in.e;
  const int head = static_cast<int>(blockIdx.y);
  const int sequence = static_cast<int>(blockIdx.z);
  const int used = e.places.length_of(sequence);
  const int count = (used + step_rows - 1) / step_rows;
  const int own = warp() * warp_rows;
  const int stride = 3 * e.hidden;
  const auto part = [&](int which) { return qkv + e.qkv(sequence, 0, head, which); };
  const auto copy_step = [&](int step) {
    if (step < count) {
      at.queries(step).template copy<step_rows, Layout::threads>(part(0), stride, step * step_rows,
                                                                 used);
      at.gradients(step).template copy<step_rows, Layout::threads>(
          dout + e.out(sequence, 0, head), e.hidden, step * step_rows, used);
    }
    ptx::commit_copies();
  };
  const auto finish_dq = [&](int step) {
    const int first = step * step_rows;
    store_dq(at, step, used, in.scale, dqkv + e.qkv(sequence, first, head, 0), stride,
             e.places.rows_of(sequence) - first);
  };

  Result<> dk = {}, dv = {};
  if (count > 0) {
    at.keys().template copy<rows, Layout::threads>(part(1), stride, 0, used);
    at.values().template copy<rows, Layout::threads>(part(2), stride, 0, used);
    copy_step(0);
    copy_step(1);
    // Meanwhile, what needs no copies.
    draw_kept<rows, rows, Layout::warps>(kept, in.dropout, sequence, head, 0, 0, used);
    if (const int query = static_cast<int>(threadIdx.x); query < rows)
      log_sum_exp[query] =
          query < used ? in.log_sum_exp[e.statistics(sequence, head, query)] * log2_e : 0.0F;
    if (own >= used) dots.store(0);
#pragma unroll 1
    for (int step = 0; step < count; ++step) {
      ptx::wait_for_copies<1>();
      __syncthreads();  // copies and dS are there, and what they replaced has been read
      copy_step(step + 2);
      if (step > 0) finish_dq(step - 1);
      add_queries(dk, dv, at, step, used, kept, log_sum_exp + step * step_rows, dots, in);
    }
    __syncthreads();
    finish_dq(count - 1);
  }
  clear_rows<Layout::threads>(dqkv + e.qkv(sequence, count * step_rows, head, 0), stride,
                              e.places.rows_of(sequence) - count * step_rows);
  const float scales[2] = {in.scale, in.scale};
  const float ones[2] = {1, 1};
  dk.store(at.values(), scales, dqkv + e.qkv(sequence, own, head, 1), stride,
           e.places.rows_of(sequence) - own);
  dv.store(at.values(), ones, dqkv + e.qkv(sequence, own, head, 2), stride,
           e.places.rows_of(sequence) - own);
}

}  // namespace electra::cuda::attention
