#pragma once

#include "kernels/cuda/launch.cuh"

namespace electra::cuda {

inline constexpr unsigned whole_warp = 0xffffffffU;

__device__ inline int lane() { return static_cast<int>(threadIdx.x % warp_size); }
__device__ inline int warp() { return static_cast<int>(threadIdx.x / warp_size); }

/// The sum over a warp's lanes, in every lane; the order of the terms is always the same.
template <class T>
__device__ T warp_sum(T value) {
#pragma unroll
  for (int offset = warp_size / 2; offset > 0; offset /= 2)
    value += __shfl_xor_sync(whole_warp, value, offset);
  return value;
}

/// The largest value over a warp's lanes; NaN is passed over.
__device__ inline float warp_max(float value) {
#pragma unroll
  for (int offset = warp_size / 2; offset > 0; offset /= 2)
    value = fmaxf(value, __shfl_xor_sync(whole_warp, value, offset));
  return value;
}

/// The better of two (score, id): the higher score, the lower id among equals; NaN is passed
/// over.
struct Best {
  float score = -INFINITY;
  int id = 0x7fffffff;

  __device__ void take(float other_score, int other_id) {
    if (other_score > score || (other_score == score && other_id < id)) {
      score = other_score;
      id = other_id;
    }
  }
  __device__ void over_warp() {
#pragma unroll
    for (int offset = warp_size / 2; offset > 0; offset /= 2)
      take(__shfl_xor_sync(whole_warp, score, offset), __shfl_xor_sync(whole_warp, id, offset));
  }
};

/// The sum over a block of `threads`, in every thread. All threads take part; `shared` holds a T
/// for each warp and is free again on return.
template <int threads, class T>
__device__ T block_sum(T value, T* shared) {
  static_assert(threads % warp_size == 0 && threads <= warp_size * warp_size);
  value = warp_sum(value);
  if (lane() == 0) shared[warp()] = value;
  __syncthreads();
  T total{};
#pragma unroll
  for (int i = 0; i < threads / warp_size; ++i) total += shared[i];
  __syncthreads();
  return total;
}

}  // namespace electra::cuda
