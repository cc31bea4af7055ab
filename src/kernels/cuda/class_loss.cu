#include "electra/kernels/class_loss.h"
#include "kernels/cuda/row_softmax.cuh"
#include "kernels/cuda/vector.cuh"

namespace electra {

namespace {

constexpr int threads = 128;
constexpr int rows_per_block = threads / cuda::warp_size;

struct Inputs {
  const std::int32_t* labels;
  const float* weights;  // or nullptr
  const float* scale;
  int rows;
  int classes;
  int padded;
};

struct Outputs {
  float* losses;
  std::int32_t* right;
};

/// A row that is not scored.
template <class T>
__device__ void leave_out(int row, int padded, const Outputs& out, T* gradient) {
  if (cuda::lane() == 0) {
    out.losses[row] = 0;
    out.right[row] = -1;
  }
  if (gradient == nullptr) return;
  for (int c = cuda::lane(); c < padded; c += cuda::warp_size) gradient[c] = T{};
}

/// A warp a row.
template <class T>
__global__ void __launch_bounds__(threads)
    class_loss(const T* logits, T* dlogits, Inputs in, Outputs out) {
  const int row = static_cast<int>(blockIdx.x) * rows_per_block + cuda::warp();
  if (row >= in.rows) return;
  const Index at = static_cast<Index>(row) * in.padded;
  T* gradient = dlogits == nullptr ? nullptr : dlogits + at;
  const int label = in.labels[row];
  if (label < 0) return leave_out(row, in.padded, out, gradient);
  const auto value = [&](int c) { return cuda::widen(logits[at + c]); };
  const cuda::RowSoftmax softmax = cuda::row_softmax(in.classes, label, 1, value);
  const float weight = in.weights == nullptr ? 1.0F : in.weights[row];
  if (cuda::lane() == 0) {
    out.losses[row] = weight * softmax.loss;
    out.right[row] = softmax.top == label ? 1 : 0;
  }
  if (gradient == nullptr) return;
  __syncwarp();  // all lanes have read the label's logit
  const float slope = weight * *in.scale;
  for (int c = cuda::lane(); c < in.padded; c += cuda::warp_size)
    gradient[c] = cuda::narrow<T>(c < in.classes ? softmax.slope(c, value(c), label) * slope : 0);
}

}  // namespace

void run_on(CudaContext& context, const ClassLoss& k) {
  cuda::check_f32(k.name, k.losses);
  const Inputs inputs{.labels = k.labels.data<std::int32_t>(),
                      .weights = k.weights ? k.weights.data<float>() : nullptr,
                      .scale = k.scale.data<float>(),
                      .rows = static_cast<int>(k.logits.rows()),
                      .classes = static_cast<int>(k.classes),
                      .padded = static_cast<int>(k.logits.width())};
  const Outputs outputs{.losses = k.losses.data<float>(), .right = k.right.data<std::int32_t>()};
  cuda::visit_activation(k.name, k.logits.dtype(), [&]<class T>(T) {
    cuda::launch(context, k.name, {cuda::blocks_for(k.logits.rows(), rows_per_block), threads},
                 class_loss<T>, k.logits.data<T>(), k.dlogits ? k.dlogits.data<T>() : nullptr,
                 inputs, outputs);
  });
}

}  // namespace electra
