#include "electra/kernels/replaced_token_loss.h"

#include "kernels/cuda/column_strips.cuh"

namespace electra {

namespace {

constexpr int warps = 4;
constexpr int threads = 256;

template <class T>
__global__ void __launch_bounds__(warps* cuda::warp_size)
    score_forward(const T* x, const T* weight, const float* bias, float* y, int rows, int width) {
  const int row = static_cast<int>(blockIdx.x) * warps + cuda::warp();
  if (row >= rows) return;
  const T* from = x + static_cast<Index>(row) * width;
  float sum = 0;
  for (int c = cuda::lane(); c < width; c += cuda::warp_size)
    sum += cuda::widen(from[c]) * cuda::widen(weight[c]);
  sum = cuda::warp_sum(sum);
  if (cuda::lane() == 0) y[row] = *bias + sum;
}

/// One vector of dx, and what it adds to dweight.
template <class T>
struct Backward {
  const float* dy;
  const T* x;
  const T* weight;
  T* dx;
  bool adds;
  int width;

  template <int elements>
  __device__ void operator()(Index at, float (&sums)[elements]) const {
    const float d = dy[at / width];
    float w[elements], g[elements] = {};
    cuda::load(weight + at % width, w);
    if (adds) cuda::load(dx + at, g);
    cuda::load(x + at, sums);
#pragma unroll
    for (int e = 0; e < elements; ++e) {
      g[e] += w[e] * d;
      sums[e] *= d;
    }
    cuda::store(g, dx + at);
  }
};

/// target += the sum of `count` values; one block, in a fixed order.
__global__ void __launch_bounds__(threads) add_sum(const float* values, Index count, float* target) {
  __shared__ float shared[threads / cuda::warp_size];
  float sum = 0;
  for (Index i = threadIdx.x; i < count; i += threads) sum += values[i];
  sum = cuda::block_sum<threads>(sum, shared);
  if (threadIdx.x == 0) *target += sum;
}

__global__ void __launch_bounds__(threads)
    replaced_token_loss(const float* logits, const std::int32_t* labels,
                        const std::int32_t* lengths, const float* scale, float* losses,
                        float* dlogits, Index size, int length) {
  const Index i = static_cast<Index>(blockIdx.x) * threads + threadIdx.x;
  if (i >= size) return;
  const bool real = i % length < lengths[i / length];
  const float z = logits[i];
  const float label = labels[i] != 0 ? 1.0F : 0.0F;
  const float decay = expf(-fabsf(z));
  losses[i] = real ? fmaxf(z, 0.0F) - z * label + log1pf(decay) : 0.0F;
  if (dlogits == nullptr) return;
  const float probability = (z >= 0 ? 1.0F : decay) / (1.0F + decay);
  dlogits[i] = real ? (probability - label) * *scale : 0.0F;
}

}  // namespace

void run_on(CudaContext& context, const ScoreForward& k) {
  const Index rows = k.x.rows();
  cuda::visit_activation(k.name, k.x.dtype(), [&]<class T>(T) {
    cuda::launch(context, k.name, {cuda::blocks_for(rows, warps), warps * cuda::warp_size},
                 score_forward<T>, k.x.data<T>(), k.weight.data<T>(), k.bias.data<float>(),
                 k.y.data<float>(), static_cast<int>(rows), static_cast<int>(k.x.width()));
  });
}

void run_on(CudaContext& context, const ScoreBackward& k) {
  cuda::visit_activation(k.name, k.x.dtype(), [&]<class T>(T) {
    const bool aligned = cuda::aligned<float>(4, {k.x.raw(), k.weight.raw(), k.dx.view.raw()});
    const Backward<T> vector{.dy = k.dy.data<float>(),
                             .x = k.x.data<T>(),
                             .weight = k.weight.data<T>(),
                             .dx = k.dx.view.data<T>(),
                             .adds = k.dx.write == Write::add,
                             .width = static_cast<int>(k.x.width())};
    cuda::sum_columns<T>(context, k.name, k.x.rows(), k.x.width(), aligned, vector,
                         k.dweight.data<float>(), Write::add);
  });
  cuda::launch(context, k.name, {1, threads}, add_sum, k.dy.data<float>(), k.dy.size(),
               k.dbias.data<float>());
}

void run_on(CudaContext& context, const ReplacedTokenLoss& k) {
  cuda::check_f32(k.name, k.logits);
  cuda::launch(context, k.name, {cuda::blocks_for(k.logits.size(), threads), threads},
               replaced_token_loss, k.logits.data<float>(), k.labels.data<std::int32_t>(),
               k.lengths.data<std::int32_t>(), k.scale.data<float>(), k.losses.data<float>(),
               k.dlogits ? k.dlogits.data<float>() : nullptr, k.logits.size(),
               static_cast<int>(k.logits.shape()[1]));
}

}  // namespace electra
