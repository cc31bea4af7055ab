#include "electra/kernels/binary_loss.h"
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

struct Label {
  float loss;
  float slope;
  bool right;  // never of NaN
};

/// Each form keeps its digits where the others lose them.
__device__ Label label_of(float z, bool target) {
  const float small = expf(-fabsf(z));
  const float near = small / (1.0F + small), far = 1.0F / (1.0F + small);
  return {fmaxf(target ? -z : z, 0.0F) + log1pf(small),
          target ? (z >= 0 ? -near : -far) : (z >= 0 ? far : near), target ? z > 0 : z <= 0};
}

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
      const Label label = label_of(cuda::widen(logits[at + c]), targets[c] != 0);
      loss += label.loss;
      wrong += label.right ? 0 : 1;
      g = label.slope * scale;
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
