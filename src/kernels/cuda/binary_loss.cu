#include "electra/kernels/binary_loss.h"
#include "kernels/cuda/logistic.cuh"
#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/vector.cuh"

namespace electra {

namespace {

constexpr int threads = 128;
constexpr int rows_per_block = threads / cuda::warp_size;

struct Inputs {
  const std::int32_t* targets;
  const float* scale;
  int rows;
  int labels;
  int padded;
};

/// A warp a row. Each logit is read and its gradient written by one lane, so dlogits may be logits.
template <class T>
__global__ void __launch_bounds__(threads)
    binary_loss(const T* logits, T* dlogits, Inputs in, float* losses, std::int32_t* right) {
  const int row = static_cast<int>(blockIdx.x) * rows_per_block + cuda::warp();
  if (row >= in.rows) return;
  const Index at = static_cast<Index>(row) * in.padded;
  const std::int32_t* targets = in.targets + static_cast<Index>(row) * in.labels;
  const float scale = *in.scale;
  float loss = 0;
  int wrong = 0;
  for (int c = cuda::lane(); c < in.padded; c += cuda::warp_size) {
    float g = 0;
    if (c < in.labels) {
      const float z = cuda::widen(logits[at + c]);
      const bool holds = targets[c] != 0;
      const cuda::Logistic found = cuda::logistic(z, holds ? 1.0F : 0.0F);
      loss += found.loss;
      wrong += (z > 0) != holds ? 1 : 0;
      g = found.slope * scale;
    }
    if (dlogits != nullptr) dlogits[at + c] = cuda::narrow<T>(g);
  }
  loss = cuda::warp_sum(loss);
  wrong = cuda::warp_sum(wrong);
  if (cuda::lane() != 0) return;
  losses[row] = loss;
  right[row] = wrong == 0 ? 1 : 0;
}

}  // namespace

void run_on(CudaContext& context, const BinaryLoss& k) {
  cuda::check_f32(k.name, k.losses);
  const Inputs inputs{.targets = k.targets.data<std::int32_t>(),
                      .scale = k.scale.data<float>(),
                      .rows = static_cast<int>(k.logits.rows()),
                      .labels = static_cast<int>(k.targets.width()),
                      .padded = static_cast<int>(k.logits.width())};
  cuda::visit_activation(k.name, k.logits.dtype(), [&]<class T>(T) {
    cuda::launch(context, k.name, {cuda::blocks_for(k.logits.rows(), rows_per_block), threads},
                 binary_loss<T>, k.logits.data<T>(), k.dlogits ? k.dlogits.data<T>() : nullptr,
                 inputs, k.losses.data<float>(), k.right.data<std::int32_t>());
  });
}

}  // namespace electra
