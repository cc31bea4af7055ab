// Kernels as a transformer's training step has them: layer norm, masked softmax, attention forward
// and backward on tensor cores. `bug` seeds one defect (0: none); a launch argument, so that one
// binary has them all. CMakeLists.txt says which detector must find which.
#pragma once
#include <cstdint>

#include "ptx_wrappers.cuh"

namespace kernels {

constexpr float log2e = 1.44269504088896340736f;
constexpr unsigned all_lanes = 0xffffffffu;

__device__ inline float warp_sum(float v) {
  for (int m = 16; m; m >>= 1) v += __shfl_xor_sync(all_lanes, v, m);
  return v;
}
__device__ inline float warp_max(float v) {
  for (int m = 16; m; m >>= 1) v = fmaxf(v, __shfl_xor_sync(all_lanes, v, m));
  return v;
}

template <int Threads>
__device__ float block_sum(float v, int bug) {
  __shared__ float partial[Threads / 32];
  v = warp_sum(v);
  if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = v;
  __syncthreads();
  float sum = 0;
  for (int i = 0; i < Threads / 32; i++) sum += partial[i];
  if (bug != 1) __syncthreads();  // partial[] may be written again by the next call
  return sum;
}

/// One block per row.
template <int Threads>
__global__ void __launch_bounds__(Threads)
    layer_norm(const float* x, const float* gamma, const float* beta, float* y, float* mean,
               float* rstd, int width, float epsilon, int bug) {
  const float* row = x + size_t(blockIdx.x) * width;
  float* out = y + size_t(blockIdx.x) * width;
  float sum = 0, squares = 0;
  for (int i = threadIdx.x; i < width; i += Threads) sum += row[i];
  const float mu = block_sum<Threads>(sum, bug) / width;
  for (int i = threadIdx.x; i < width; i += Threads) squares += (row[i] - mu) * (row[i] - mu);
  const float rs = rsqrtf(block_sum<Threads>(squares, bug) / width + epsilon);
  for (int i = threadIdx.x; i < width; i += Threads)
    out[i] = (row[i] - mu) * rs * gamma[i] + beta[i];
  if (threadIdx.x == 0) {
    mean[blockIdx.x] = mu;
    rstd[blockIdx.x] = rs;
  }
  if (bug == 2 && threadIdx.x == Threads - 1) out[width] = 0;  // past the end on the last row
  if (bug == 10 && threadIdx.x < 5) return;
  if (bug == 10) __syncthreads();  // after some threads have left
  if (bug == 11 && threadIdx.x % 64 < 32) __syncthreads();
  if (bug == 12 && threadIdx.x % 2) out[0] = warp_sum(1);  // half of the warp is elsewhere
}

/// Rows are spread over the blocks; the parameter gradients are added up with atomics.
template <int Threads>
__global__ void __launch_bounds__(Threads)
    layer_norm_backward(const float* dy, const float* x, const float* gamma, const float* mean,
                        const float* rstd, float* dx, float* dgamma, float* dbeta, int rows,
                        int width, int bug) {
  extern __shared__ float sums[];
  float *gamma_sum = sums, *beta_sum = sums + width;
  for (int i = threadIdx.x; i < width; i += Threads)
    if (bug != 3 || i) gamma_sum[i] = beta_sum[i] = 0;  // 3: one element stays uninitialised
  for (int r = blockIdx.x; r < rows; r += gridDim.x) {
    const float *xr = x + size_t(r) * width, *dr = dy + size_t(r) * width;
    const float mu = mean[r], rs = rstd[r];
    float s1 = 0, s2 = 0;
    for (int i = threadIdx.x; i < width; i += Threads) {
      const float xh = (xr[i] - mu) * rs, g = dr[i] * gamma[i];
      s1 += g;
      s2 += g * xh;
      gamma_sum[i] += dr[i] * xh;
      beta_sum[i] += dr[i];
    }
    s1 = block_sum<Threads>(s1, 0) / width;
    s2 = block_sum<Threads>(s2, 0) / width;
    for (int i = threadIdx.x; i < width; i += Threads) {
      const float xh = (xr[i] - mu) * rs;
      dx[size_t(r) * width + i] = rs * (dr[i] * gamma[i] - s1 - xh * s2);
    }
  }
  if (bug == 13) beta_sum[2 * width + threadIdx.x] = 0;  // past the end of shared memory
  for (int i = threadIdx.x; i < width; i += Threads) {
    if (bug == 4)
      dgamma[i] += gamma_sum[i];  // race between blocks
    else
      atomicAdd(&dgamma[i], gamma_sum[i]);
    atomicAdd(&dbeta[i], beta_sum[i]);
  }
}

/// One warp per row; length[batch] valid columns.
__global__ void masked_softmax(const float* x, const int* length, float* y, int rows,
                               int rows_per_batch, int width) {
  const int row = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32, lane = threadIdx.x % 32;
  if (row >= rows) return;
  const int valid = length[row / rows_per_batch];
  const float* in = x + size_t(row) * width;
  float m = -3e38f, sum = 0;
  for (int i = lane; i < valid; i += 32) m = fmaxf(m, in[i]);
  m = warp_max(m);
  for (int i = lane; i < valid; i += 32) sum += ptx::exp2((in[i] - m) * log2e);
  sum = warp_sum(sum);
  const float inverse = valid > 0 ? 1 / sum : 0;
  for (int i = lane; i < width; i += 32)
    y[size_t(row) * width + i] = i < valid ? ptx::exp2((in[i] - m) * log2e) * inverse : 0;
}

// ---- attention, head dimension 64, tensors [batch, sequence, head, 64] in bf16
constexpr int head_width = 64, tile_rows = 64, stages = 2;
constexpr size_t attention_shared = size_t(1 + 2 * stages) * tile_rows * head_width * 2;

/// 16-byte chunks of a row are permuted by the row number, so that ldmatrix has no bank conflicts.
__device__ inline uint16_t* at(uint16_t* tile, int row, int chunk) {
  return tile + row * head_width + ((chunk ^ (row & 7)) << 3);
}

__device__ inline void load_tile(uint16_t* tile, const uint16_t* from, int first, int rows,
                                 size_t stride) {
  for (int i = 0; i < 4; i++) {  // 64 rows of 8 chunks, 128 threads
    const int id = i * 128 + int(threadIdx.x), r = id / 8, c = id % 8;
    const bool inside = first + r < rows;
    ptx::copy_async_16(at(tile, r, c), from + size_t(inside ? first + r : 0) * stride + c * 8,
                       inside ? 16 : 0);
  }
}

/// 4 warps of 16 query rows; keys and values in tiles of 64, two stages of cp.async.
__global__ void __launch_bounds__(128)
    attention(const uint16_t* q, const uint16_t* k, const uint16_t* v, const int* length,
              uint16_t* o, float* log_sum, int sequence, int heads, float scale, int bug) {
  extern __shared__ __align__(128) unsigned char shared[];
  uint16_t* q_tile = reinterpret_cast<uint16_t*>(shared);
  const auto k_tile = [=](int stage) { return q_tile + (1 + 2 * stage) * tile_rows * head_width; };
  const auto v_tile = [=](int stage) { return q_tile + (2 + 2 * stage) * tile_rows * head_width; };
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, first = blockIdx.x * tile_rows;
  const int valid = length[blockIdx.z];
  const size_t stride = size_t(heads) * head_width;
  const size_t head = (size_t(blockIdx.z) * sequence * heads + blockIdx.y) * head_width;
  const int tiles = (valid + tile_rows - 1) / tile_rows;

  load_tile(q_tile, q + head, first, sequence, stride);
  if (tiles > 0) {
    load_tile(k_tile(0), k + head, 0, sequence, stride);
    load_tile(v_tile(0), v + head, 0, sequence, stride);
  }
  ptx::copy_async_commit();

  float acc[8][4] = {};
  float m[2] = {-1e30f, -1e30f}, sum[2] = {0, 0};
  uint32_t q_fragment[4][4];
  for (int t = 0; t < tiles; t++) {
    const int stage = t & 1;
    if (t + 1 < tiles) {
      load_tile(k_tile(stage ^ 1), k + head, (t + 1) * tile_rows, sequence, stride);
      load_tile(v_tile(stage ^ 1), v + head, (t + 1) * tile_rows, sequence, stride);
    }
    ptx::copy_async_commit();
    if (bug == 5)
      ptx::copy_async_wait<2>();  // too weak: the tile may not have landed
    else
      ptx::copy_async_wait<1>();
    if (bug != 6) __syncthreads();
    if (t == 0)
      for (int kk = 0; kk < 4; kk++)
        ptx::load_matrix(q_fragment[kk], at(q_tile, warp * 16 + lane % 16, kk * 2 + lane / 16));
    float s[8][4] = {};
    for (int n = 0; n < 4; n++)
      for (int kk = 0; kk < 4; kk++) {
        uint32_t b[4];
        ptx::load_matrix(
            b, at(k_tile(stage), n * 16 + lane % 8 + lane / 16 * 8, kk * 2 + lane / 8 % 2));
        if (bug == 20)
          ptx::multiply(s[n * 2], q_fragment[kk], b[1], b[0]);  // registers swapped
        else
          ptx::multiply(s[n * 2], q_fragment[kk], b[0], b[1]);
        ptx::multiply(s[n * 2 + 1], q_fragment[kk], b[2], b[3]);
      }
    float next[2] = {m[0], m[1]};
    for (int n = 0; n < 8; n++)
      for (int e = 0; e < 4; e++) {
        const int column = t * tile_rows + n * 8 + lane % 4 * 2 + e % 2;
        const bool keep = bug == 7 ? column <= valid : column < valid;  // 7: off by one
        s[n][e] = keep ? s[n][e] * scale * log2e : -1e30f;
        next[e / 2] = fmaxf(next[e / 2], s[n][e]);
      }
    for (int r = 0; r < 2; r++) {
      next[r] = fmaxf(next[r], __shfl_xor_sync(all_lanes, next[r], 1));
      next[r] = fmaxf(next[r], __shfl_xor_sync(all_lanes, next[r], 2));
      const float correction = ptx::exp2(m[r] - next[r]);
      m[r] = next[r];
      sum[r] *= correction;
      for (int i = 0; i < 8; i++) {
        acc[i][r * 2] *= correction;
        acc[i][r * 2 + 1] *= correction;
      }
    }
    for (int n = 0; n < 8; n++)
      for (int e = 0; e < 4; e++) sum[e / 2] += s[n][e] = ptx::exp2(s[n][e] - m[e / 2]);
    for (int kk = 0; kk < 4; kk++) {
      uint32_t p[4];
      for (int i = 0; i < 4; i++) {
        const float* x = &s[2 * kk + i / 2][i % 2 * 2];
        p[i] = bug == 21 ? ptx::pack(x[1], x[0]) : ptx::pack(x[0], x[1]);  // 21: halves swapped
      }
      for (int n = 0; n < 4; n++) {
        uint32_t b[4];
        uint16_t* row = at(v_tile(stage), kk * 16 + lane % 16, n * 2 + lane / 16);
        if (bug == 22)
          ptx::load_matrix(b, row);  // .trans forgotten
        else
          ptx::load_matrix_transposed(b, row);
        ptx::multiply(acc[n * 2], p, b[0], b[1]);
        ptx::multiply(acc[n * 2 + 1], p, b[2], b[3]);
      }
    }
    if (bug != 8) __syncthreads();  // before this stage is refilled
  }
  ptx::copy_async_wait<0>();
  if (bug == 9) load_tile(q_tile, q + head, first, sequence, stride);  // never waited for
  for (int r = 0; r < 2; r++) {
    sum[r] += __shfl_xor_sync(all_lanes, sum[r], 1);
    sum[r] += __shfl_xor_sync(all_lanes, sum[r], 2);
    const int row = first + warp * 16 + lane / 4 + r * 8;
    const float inverse = sum[r] > 0 ? 1 / sum[r] : 0;
    if (row >= sequence) continue;
    for (int i = 0; i < 8; i++)
      *reinterpret_cast<uint32_t*>(o + head + size_t(row) * stride + i * 8 + lane % 4 * 2) =
          ptx::pack(acc[i][r * 2] * inverse, acc[i][r * 2 + 1] * inverse);
    if (lane % 4 == 0)
      log_sum[(size_t(blockIdx.z) * heads + blockIdx.y) * sequence + row] =
          sum[r] > 0 ? m[r] + log2f(sum[r]) : -1e30f;
  }
}

}  // namespace kernels
