#include "electra/kernels/gradient_norm.h"
#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/vector.cuh"

namespace electra {

namespace {

constexpr int threads = 256;
constexpr int each = 4;          // elements of a vector
constexpr int ahead = 4;         // vectors that a thread reads before it adds the first
constexpr int most_parts = 512;  // partial sums: a constant, so that the bits are every card's

__device__ void add_squares(const float (&values)[each], double& sum) {
#pragma unroll
  for (int i = 0; i < each; ++i) sum += static_cast<double>(values[i]) * values[i];
}

/// Squares of floats are exact in f64 and cannot overflow there.
__global__ void __launch_bounds__(threads)
    sum_of_squares(const float* gradient, Index size, double* partials) {
  __shared__ double shared[threads / cuda::warp_size];
  const Index stride = static_cast<Index>(gridDim.x) * threads * each;
  double sum = 0;
  Index at = (static_cast<Index>(blockIdx.x) * threads + threadIdx.x) * each;
  for (; at + (ahead - 1) * stride + each <= size; at += ahead * stride) {
    float values[ahead][each];
#pragma unroll
    for (int i = 0; i < ahead; ++i) cuda::load(gradient + at + i * stride, values[i]);
#pragma unroll
    for (int i = 0; i < ahead; ++i) add_squares(values[i], sum);
  }
  for (; at < size; at += stride) {
    float values[each] = {};
    if (at + each <= size) {
      cuda::load(gradient + at, values);
    } else {
#pragma unroll
      for (int i = 0; i < each; ++i)
        if (at + i < size) values[i] = gradient[at + i];
    }
    add_squares(values, sum);
  }
  sum = cuda::block_sum<threads>(sum, shared);
  if (threadIdx.x == 0) partials[blockIdx.x] = sum;
}

__global__ void __launch_bounds__(threads)
    finish_norm(const double* partials, int parts, const std::int32_t* non_finite, float clip_norm,
                float* norm, float* scale, std::int32_t* finite) {
  __shared__ double shared[threads / cuda::warp_size];
  double sum = 0;
  for (int i = static_cast<int>(threadIdx.x); i < parts; i += threads) sum += partials[i];
  sum = cuda::block_sum<threads>(sum, shared);
  if (threadIdx.x != 0) return;
  const auto length = static_cast<float>(sqrt(sum));
  const bool good = isfinite(length) && *non_finite == 0;
  const bool clips = clip_norm > 0 && length > clip_norm;
  *norm = length;
  *scale = !good ? 0.0F : clips ? clip_norm / length : 1.0F;
  *finite = good ? 1 : 0;
}

}  // namespace

void run_on(CudaContext& context, const GradientNorm& k) {
  cuda::check_f32(k.name, k.gradient);
  cuda::check_aligned(k.name, {k.gradient});
  const Index size = k.gradient.size();
  const Index blocks = (size + threads * each - 1) / (threads * each);
  const Index parts = blocks < most_parts ? blocks : most_parts;
  auto* partials = context.workspace_of<double>(parts);
  cuda::launch(context, k.name, {static_cast<unsigned>(parts), threads}, sum_of_squares,
               k.gradient.data<float>(), size, partials);
  cuda::launch(context, k.name, {1, threads}, finish_norm, partials, static_cast<int>(parts),
               k.non_finite.data<std::int32_t>(), k.clip_norm, k.norm.data<float>(),
               k.scale.data<float>(), k.finite.data<std::int32_t>());
}

}  // namespace electra
