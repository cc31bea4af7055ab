#pragma once

#include "kernels/cuda/attention_draw.cuh"
#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/vector.cuh"

namespace electra::cuda::plain_attention {

// Any dtype and head width, in f32 on the ordinary units. A warp owns a few rows (queries, or keys
// in the backward by keys) and walks over tiles of 32 rows of the other kind, one a lane.

inline constexpr int warps = 4;
inline constexpr int threads = warps * warp_size;
inline constexpr int own = 4;                   // rows a warp
inline constexpr int block_rows = warps * own;  // rows a block
inline constexpr int tile = warp_size;
inline constexpr int widest = 256;
inline constexpr int parts = widest / warp_size;  // elements of a head's row a lane, at most

/// Copies `tile` rows into shared memory, widened, at a stride without bank conflicts; rows from
/// `last` on are 0.
template <class T, class Offset>
__device__ void load_tile(const T* from, const Offset& offset, int first, int last, int width,
                          float* to) {
  const int stride = width + 1;
  for (int i = static_cast<int>(threadIdx.x); i < tile * width; i += threads) {
    const int row = i / width;
    const int column = i % width;
    to[row * stride + column] =
        first + row < last ? widen(from[offset(first + row) + column]) : 0.0F;
  }
}

/// The block's own rows, likewise, without a gap.
template <class T, class Offset>
__device__ void load_own(const T* from, const Offset& offset, int first, int last, int width,
                         float* to) {
  for (int i = static_cast<int>(threadIdx.x); i < block_rows * width; i += threads) {
    const int row = i / width;
    to[i] = first + row < last ? widen(from[offset(first + row) + i % width]) : 0.0F;
  }
}

/// dots[r] = row `lane` of the tile times own row r of this warp.
__device__ void dot(const float* tile_rows, const float* own_rows, int width, float (&dots)[own]) {
  const float* mine = tile_rows + lane() * (width + 1);
  const float* theirs = own_rows + warp() * own * width;
#pragma unroll
  for (int r = 0; r < own; ++r) dots[r] = 0;
  for (int c = 0; c < width; ++c)
#pragma unroll
    for (int r = 0; r < own; ++r) dots[r] += mine[c] * theirs[r * width + c];
}

/// sums[p] += the tile's rows, each times the weight that its lane holds.
__device__ void accumulate(const float* tile_rows, float weight, int width, float (&sums)[parts]) {
  for (int j = 0; j < tile; ++j) {
    const float w = __shfl_sync(whole_warp, weight, j);
    const float* row = tile_rows + j * (width + 1);
#pragma unroll
    for (int p = 0; p < parts; ++p) {
      const int c = p * warp_size + lane();
      if (c < width) sums[p] += w * row[c];
    }
  }
}

template <class T>
__device__ void store_row(const float (&sums)[parts], float factor, T* to, int width) {
#pragma unroll
  for (int p = 0; p < parts; ++p) {
    const int c = p * warp_size + lane();
    if (c < width) to[c] = narrow<T>(sums[p] * factor);
  }
}

/// Of packed rows ptxas would rather spill than take 80 registers, were it not told of 6 blocks.
template <class T, bool packed>
__global__ void __launch_bounds__(threads, packed ? 6 : 0)
    attention_forward(const T* qkv, T* out, float* log_sum_exp, AttentionExtents e, float scale,
                      AttentionDropout dropout) {
  expect_form<packed>(e.places);
  extern __shared__ float shared[];
  float* keys = shared;
  float* values = keys + tile * (e.width + 1);
  float* queries = values + tile * (e.width + 1);
  const int first = static_cast<int>(blockIdx.x) * block_rows;
  const int head = static_cast<int>(blockIdx.y), sequence = static_cast<int>(blockIdx.z);
  const int used = e.places.length_of(sequence), rows = e.places.rows_of(sequence);
  const auto row_of = [&](int part) {
    return [=](int row) { return e.qkv(sequence, row, head, part); };
  };
  load_own(qkv, row_of(0), first, used, e.width, queries);

  float max[own], sum[own], mixed[own][parts] = {};
#pragma unroll
  for (int r = 0; r < own; ++r) {
    max[r] = -INFINITY;
    sum[r] = 0;
  }
  const int mine = first + warp() * own;
  const int last = first < used ? used : 0;  // nothing to do for a block of padding
  for (int start = 0; start < last; start += tile) {
    __syncthreads();
    load_tile(qkv, row_of(1), start, used, e.width, keys);
    load_tile(qkv, row_of(2), start, used, e.width, values);
    __syncthreads();
    float scores[own];
    dot(keys, queries, e.width, scores);
    const int key = start + lane();
#pragma unroll
    for (int r = 0; r < own; ++r) {
      const float score = key < used ? scores[r] * scale : -INFINITY;
      const float top = fmaxf(max[r], warp_max(score));
      const float shrink = expf(max[r] - top);
      const float p = expf(score - top);
      max[r] = top;
      sum[r] = sum[r] * shrink + warp_sum(p);
#pragma unroll
      for (int i = 0; i < parts; ++i) mixed[r][i] *= shrink;
      const bool real = key < used && mine + r < used;
      accumulate(values, real ? p * dropout.factor(sequence, head, mine + r, key) : 0.0F, e.width,
                 mixed[r]);
    }
  }
#pragma unroll
  for (int r = 0; r < own; ++r) {
    const int query = mine + r;
    const bool real = query < used;
    if (query < rows)
      store_row(mixed[r], real ? 1.0F / sum[r] : 0.0F, out + e.out(sequence, query, head), e.width);
    if (lane() == 0 && query < e.places.length)
      log_sum_exp[e.statistics(sequence, head, query)] = real ? max[r] + logf(sum[r]) : 0.0F;
  }
}

/// The shared memory of a block that owns queries in the backward.
struct QueryBuffers {
  float *keys, *values;        // a tile
  float *queries, *gradients;  // the block's own

  __device__ QueryBuffers(float* shared, int width)
      : keys(shared),
        values(keys + tile * (width + 1)),
        queries(values + tile * (width + 1)),
        gradients(queries + block_rows * width) {}
};

/// Walks over the keys, one a lane. For each own query r all lanes call take(r, x), where x is
/// value(the place of the query's statistics, P, M dP'), or 0 where there is no such query or key.
template <class T, class Value, class Take>
__device__ void walk_keys(const T* qkv, const QueryBuffers& at, int first,
                          const AttentionBackwardInputs& in, Value value, Take take) {
  const AttentionExtents& e = in.e;
  const int head = static_cast<int>(blockIdx.y), sequence = static_cast<int>(blockIdx.z);
  const int used = e.places.length_of(sequence);
  const auto row_of = [&](int part) {
    return [=](int row) { return e.qkv(sequence, row, head, part); };
  };
  const int mine = first + warp() * own;
  const int last = first < used ? used : 0;
  for (int start = 0; start < last; start += tile) {
    __syncthreads();
    load_tile(qkv, row_of(1), start, used, e.width, at.keys);
    load_tile(qkv, row_of(2), start, used, e.width, at.values);
    __syncthreads();
    float scores[own], dp[own];
    dot(at.keys, at.queries, e.width, scores);
    dot(at.values, at.gradients, e.width, dp);
    const int key = start + lane();
#pragma unroll
    for (int r = 0; r < own; ++r) {
      float found = 0;
      if (key < used && mine + r < used) {
        const Index row = e.statistics(sequence, head, mine + r);
        const float p = expf(scores[r] * in.scale - in.log_sum_exp[row]);
        found = value(row, p, dp[r] * in.dropout.factor(sequence, head, mine + r, key));
      }
      take(r, found);
    }
  }
}

/// Loads the block's own queries and their gradients, from query `first` on.
template <class T>
__device__ void load_queries(const T* dout, const T* qkv, const QueryBuffers& at, int first,
                             const AttentionExtents& e) {
  const int head = static_cast<int>(blockIdx.y), sequence = static_cast<int>(blockIdx.z);
  const int used = e.places.length_of(sequence);
  const auto query = [=](int row) { return e.qkv(sequence, row, head, 0); };
  const auto gradient = [=](int row) { return e.out(sequence, row, head); };
  load_own(qkv, query, first, used, e.width, at.queries);
  load_own(dout, gradient, first, used, e.width, at.gradients);
}

/// D in bf16: own rows are queries, tiles are keys. From the rounded out, D would not make the rows
/// of dS sum to 0.
template <bool packed>
__global__ void __launch_bounds__(threads)
    attention_dots(const bf16* dout, const bf16* qkv, AttentionBackwardInputs in) {
  expect_form<packed>(in.e.places);
  extern __shared__ float shared[];
  const AttentionExtents& e = in.e;
  const QueryBuffers at(shared, e.width);
  const int first = static_cast<int>(blockIdx.x) * block_rows;
  load_queries(dout, qkv, at, first, e);
  float dots[own] = {};
  walk_keys(
      qkv, at, first, in, [](Index, float p, float dp) { return p * dp; },
      [&](int r, float term) { dots[r] += term; });
  const int head = static_cast<int>(blockIdx.y), sequence = static_cast<int>(blockIdx.z);
  const int mine = first + warp() * own;
#pragma unroll
  for (int r = 0; r < own; ++r) {
    const float sum = warp_sum(dots[r]);
    if (lane() == 0 && mine + r < e.places.length_of(sequence))
      in.dots[e.statistics(sequence, head, mine + r)] = sum;
  }
}

/// dq: own rows are queries, tiles are keys.
template <class T, bool packed>
__global__ void __launch_bounds__(threads)
    attention_backward_queries(const T* dout, const T* qkv, T* dqkv, AttentionBackwardInputs in) {
  expect_form<packed>(in.e.places);
  extern __shared__ float shared[];
  const AttentionExtents& e = in.e;
  const QueryBuffers at(shared, e.width);
  const int first = static_cast<int>(blockIdx.x) * block_rows;
  load_queries(dout, qkv, at, first, e);
  float dq[own][parts] = {};
  walk_keys(
      qkv, at, first, in, [&](Index row, float p, float dp) { return p * (dp - in.dots[row]); },
      [&](int r, float ds) { accumulate(at.keys, ds, e.width, dq[r]); });
  const int head = static_cast<int>(blockIdx.y), sequence = static_cast<int>(blockIdx.z);
  const int mine = first + warp() * own;
#pragma unroll
  for (int r = 0; r < own; ++r)
    if (mine + r < e.places.rows_of(sequence))
      store_row(dq[r], in.scale, dqkv + e.qkv(sequence, mine + r, head, 0), e.width);
}

/// dk and dv: own rows are keys, tiles are queries.
template <class T, bool packed>
__global__ void __launch_bounds__(threads)
    attention_backward_keys(const T* dout, const T* qkv, T* dqkv, AttentionBackwardInputs in) {
  expect_form<packed>(in.e.places);
  extern __shared__ float shared[];
  const AttentionExtents& e = in.e;
  float* queries = shared;
  float* gradients = queries + tile * (e.width + 1);
  float* keys = gradients + tile * (e.width + 1);
  float* values = keys + block_rows * e.width;
  const int first = static_cast<int>(blockIdx.x) * block_rows;
  const int head = static_cast<int>(blockIdx.y), sequence = static_cast<int>(blockIdx.z);
  const int used = e.places.length_of(sequence);
  const auto row_of = [&](int part) {
    return [=](int row) { return e.qkv(sequence, row, head, part); };
  };
  load_own(qkv, row_of(1), first, used, e.width, keys);
  load_own(qkv, row_of(2), first, used, e.width, values);
  const int mine = first + warp() * own;
  float dk[own][parts] = {}, dv[own][parts] = {};
  const int last = first < used ? used : 0;
  for (int start = 0; start < last; start += tile) {
    __syncthreads();
    load_tile(qkv, row_of(0), start, used, e.width, queries);
    load_tile(
        dout, [=](int row) { return e.out(sequence, row, head); }, start, used, e.width, gradients);
    __syncthreads();
    float scores[own], dp[own];
    dot(queries, keys, e.width, scores);
    dot(gradients, values, e.width, dp);
    const int query = start + lane();
#pragma unroll
    for (int r = 0; r < own; ++r) {
      float ds = 0, dropped = 0;
      if (query < used && mine + r < used) {
        const Index at = e.statistics(sequence, head, query);
        const float p = expf(scores[r] * in.scale - in.log_sum_exp[at]);
        const float factor = in.dropout.factor(sequence, head, query, mine + r);
        dropped = p * factor;
        ds = p * (dp[r] * factor - in.dots[at]);
      }
      accumulate(queries, ds, e.width, dk[r]);
      accumulate(gradients, dropped, e.width, dv[r]);
    }
  }
#pragma unroll
  for (int r = 0; r < own; ++r)
    if (mine + r < e.places.rows_of(sequence)) {
      store_row(dk[r], in.scale, dqkv + e.qkv(sequence, mine + r, head, 1), e.width);
      store_row(dv[r], 1.0F, dqkv + e.qkv(sequence, mine + r, head, 2), e.width);
    }
}

}  // namespace electra::cuda::plain_attention
