// Attention backward on tensor cores: one block owns 64 keys and walks over the queries, so dk and
// dv need no atomics; dq is added up with atomics.
#pragma once
#include "training_kernels.cuh"

namespace kernels {

/// delta[row] = sum over d of o * do, one warp per row
__global__ void attention_delta(const uint16_t* o, const uint16_t* dout, float* delta, int sequence,
                                int heads) {
  const int row = blockIdx.x, h = blockIdx.y, b = blockIdx.z;
  const size_t at = ((size_t(b) * sequence + row) * heads + h) * head_width;
  float sum = 0;
  for (int d = threadIdx.x; d < head_width; d += 32)
    sum +=
        __uint_as_float(uint32_t(o[at + d]) << 16) * __uint_as_float(uint32_t(dout[at + d]) << 16);
  sum = warp_sum(sum);
  if (threadIdx.x == 0) delta[(size_t(b) * heads + h) * sequence + row] = sum;
}

constexpr size_t backward_shared = size_t(6) * tile_rows * head_width * 2;

/// Fragments of a 64x64 tile: A operands row-major, B operands of x * tile^T or of x * tile
__device__ inline void load_a(uint32_t (&a)[4], uint16_t* tile, int row, int kk) {
  const int lane = threadIdx.x % 32;
  ptx::load_matrix(a, at(tile, row + lane % 16, kk * 2 + lane / 16));
}
__device__ inline void load_a_transposed(uint32_t (&a)[4], uint16_t* tile, int row, int kk) {
  const int lane = threadIdx.x % 32;  // A = tile^T: rows of A are columns of the tile
  ptx::load_matrix_transposed(a,
                              at(tile, kk * 16 + lane % 8 + lane / 16 * 8, row / 8 + lane / 8 % 2));
}
__device__ inline void load_b_transposed_tile(uint32_t (&b)[4], uint16_t* tile, int n, int kk) {
  const int lane = threadIdx.x % 32;  // B(k, n) = tile(n, k)
  ptx::load_matrix(b, at(tile, n * 16 + lane % 8 + lane / 16 * 8, kk * 2 + lane / 8 % 2));
}
__device__ inline void load_b_tile(uint32_t (&b)[4], uint16_t* tile, int n, int kk) {
  const int lane = threadIdx.x % 32;  // B(k, n) = tile(k, n)
  ptx::load_matrix_transposed(b, at(tile, kk * 16 + lane % 16, n * 2 + lane / 16));
}

/// One warp's 16 rows of a 64x64 product
template <class LoadA, class LoadB>
__device__ inline void product(float (&d)[8][4], LoadA load_a_of, LoadB load_b_of) {
  for (int kk = 0; kk < 4; kk++) {
    uint32_t a[4];
    load_a_of(a, kk);
    for (int n = 0; n < 4; n++) {
      uint32_t b[4];
      load_b_of(b, n, kk);
      ptx::multiply(d[n * 2], a, b[0], b[1]);
      ptx::multiply(d[n * 2 + 1], a, b[2], b[3]);
    }
  }
}

__device__ inline void store_tile(uint16_t* tile, int row, const float (&x)[8][4]) {
  const int lane = threadIdx.x % 32;
  for (int n = 0; n < 8; n++)
    for (int r = 0; r < 2; r++)
      *reinterpret_cast<uint32_t*>(at(tile, row + lane / 4 + r * 8, n) + lane % 4 * 2) =
          ptx::pack(x[n][r * 2], x[n][r * 2 + 1]);
}

__global__ void __launch_bounds__(128)
    attention_backward(const uint16_t* q, const uint16_t* k, const uint16_t* v,
                       const uint16_t* dout, const float* log_sum, const float* delta,
                       const int* length, float* dq, float* dk, float* dv, int sequence, int heads,
                       float scale, int bug) {
  extern __shared__ __align__(128) unsigned char shared[];
  uint16_t* tiles = reinterpret_cast<uint16_t*>(shared);
  uint16_t *kt = tiles, *vt = kt + tile_rows * head_width, *qt = vt + tile_rows * head_width,
           *ot = qt + tile_rows * head_width, *pt = ot + tile_rows * head_width,
           *st = pt + tile_rows * head_width;
  const int lane = threadIdx.x % 32, row0 = threadIdx.x / 32 * 16, first = blockIdx.x * tile_rows;
  const int valid = length[blockIdx.z];
  const size_t stride = size_t(heads) * head_width;
  const size_t head = (size_t(blockIdx.z) * sequence * heads + blockIdx.y) * head_width;
  const size_t rows = (size_t(blockIdx.z) * heads + blockIdx.y) * sequence;
  load_tile(kt, k + head, first, sequence, stride);
  load_tile(vt, v + head, first, sequence, stride);
  float dk_sum[8][4] = {}, dv_sum[8][4] = {};
  for (int i0 = 0; i0 < sequence; i0 += tile_rows) {
    load_tile(qt, q + head, i0, sequence, stride);
    load_tile(ot, dout + head, i0, sequence, stride);
    ptx::copy_async_commit();
    ptx::copy_async_wait<0>();
    __syncthreads();
    float s[8][4] = {}, dp[8][4] = {}, step[8][4] = {};
    product(
        s, [=](auto& a, int kk) { load_a(a, qt, row0, kk); },
        [=](auto& b, int n, int kk) { load_b_transposed_tile(b, kt, n, kk); });
    product(
        dp, [=](auto& a, int kk) { load_a(a, ot, row0, kk); },
        [=](auto& b, int n, int kk) { load_b_transposed_tile(b, vt, n, kk); });
    for (int n = 0; n < 8; n++)
      for (int e = 0; e < 4; e++) {
        const int row = i0 + row0 + lane / 4 + e / 2 * 8,
                  column = first + n * 8 + lane % 4 * 2 + e % 2;
        const bool inside = row < sequence && column < valid;
        const float p = inside ? ptx::exp2(s[n][e] * scale * log2e - log_sum[rows + row]) : 0;
        s[n][e] = p;
        dp[n][e] = inside ? p * (dp[n][e] - delta[rows + row]) * scale : 0;
      }
    store_tile(pt, row0, s);
    store_tile(st, row0, dp);
    if (bug != 30) __syncthreads();  // 30: other warps' rows may not be there yet
    product(
        dv_sum, [=](auto& a, int kk) { load_a_transposed(a, pt, row0, kk); },
        [=](auto& b, int n, int kk) { load_b_tile(b, ot, n, kk); });
    product(
        dk_sum, [=](auto& a, int kk) { load_a_transposed(a, st, row0, kk); },
        [=](auto& b, int n, int kk) { load_b_tile(b, qt, n, kk); });
    product(
        step, [=](auto& a, int kk) { load_a(a, st, row0, kk); },
        [=](auto& b, int n, int kk) { load_b_tile(b, kt, n, kk); });
    for (int n = 0; n < 8; n++)
      for (int e = 0; e < 4; e++) {
        const int row = i0 + row0 + lane / 4 + e / 2 * 8;
        if (row < sequence)
          atomicAdd(&dq[head + size_t(row) * stride + n * 8 + lane % 4 * 2 + e % 2], step[n][e]);
      }
    __syncthreads();
  }
  for (int n = 0; n < 8; n++)
    for (int e = 0; e < 4; e++) {
      const int row = first + row0 + lane / 4 + e / 2 * 8;
      const size_t i = head + size_t(row) * stride + n * 8 + lane % 4 * 2 + e % 2;
      if (row >= sequence) continue;
      dk[i] = dk_sum[n][e];
      dv[i] = dv_sum[n][e];
    }
}

}  // namespace kernels
