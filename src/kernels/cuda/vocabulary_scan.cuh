#pragma once

#include "kernels/cuda/gumbel_sampler.cuh"
#include "kernels/cuda/ptx.cuh"

namespace electra::cuda {

/// e^x for x <= 0: where it is rounded to 16 bits, by one instruction.
template <class T>
__device__ float exponential(float x) {
  constexpr float log2_e = 1.44269504F;
  if constexpr (std::is_same_v<T, float>)
    return expf(x);
  else
    return ptx::power_of_two(x * log2_e);
}

/// Beyond every row: what a thread looks at that has found no vector of its own.
inline constexpr int no_vector = 1 << 27;

/// What one pass over logits finds: the highest and the sum of e^(logit - highest); and the vector
/// whose scores may reach highest, and how high.
template <class T>
struct VocabularyScan {
  float max = -INFINITY;
  float sum = 0;
  float reach = -INFINITY;
  int vector = no_vector;

  __device__ void take(float (&logits)[8], int at, const GumbelSampler& sampler) {
    float top = logits[0];
#pragma unroll
    for (int i = 1; i < 8; ++i) top = fmaxf(top, logits[i]);
    const float before = max;
    max = fmaxf(max, top);
    const float origin = above_nothing(max);
    sum *= exponential<T>(before - origin);
#pragma unroll
    for (int i = 0; i < 8; ++i) sum += exponential<T>(logits[i] - origin);

    if (at == sampler.excluded >> 3) {
      top = -INFINITY;
#pragma unroll
      for (int i = 0; i < 8; ++i)
        if (at * 8 + i != sampler.excluded) top = fmaxf(top, logits[i]);
    }
    const float bound = sampler.bound(top, at);
    if (bound > reach) {
      reach = bound;
      vector = at;
    }
  }
  /// The sum over a warp, relative to the warp's maximum.
  __device__ double warp_sum(float warp_max) const {
    return cuda::warp_sum(static_cast<double>(sum * exponential<T>(max - above_nothing(warp_max))));
  }
  /// The vector that reaches highest among a warp's.
  __device__ int warp_vector() const {
    const float highest = cuda::warp_max(reach);
    const unsigned mine = __ballot_sync(whole_warp, reach == highest);
    return __shfl_sync(whole_warp, vector, __ffs(static_cast<int>(mine)) - 1);
  }

 private:
  /// A maximum that may be subtracted: where all are -infinity, their powers are 0 and not NaN.
  __device__ static float above_nothing(float max) { return max == -INFINITY ? 0.0F : max; }
};

}  // namespace electra::cuda
