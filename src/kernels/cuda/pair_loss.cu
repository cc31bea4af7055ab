#include "electra/kernels/pair_loss.h"
#include "kernels/cuda/row_softmax.cuh"
#include "kernels/cuda/vector.cuh"

namespace electra {

namespace {

constexpr int threads = 128;
constexpr int rows_per_block = threads / cuda::warp_size;

struct Inputs {
  const std::int32_t* texts;
  const float* scale;
  int rows;
  int candidates;
  float factor;
};

/// A warp a row.
template <class T>
__global__ void __launch_bounds__(threads)
    pair_loss(const T* cosines, T* dcosines, Inputs in, float* losses, std::int32_t* right) {
  const int row = static_cast<int>(blockIdx.x) * rows_per_block + cuda::warp();
  if (row >= in.rows) return;
  const Index at = static_cast<Index>(row) * in.candidates;
  const std::int32_t text = in.texts[row];
  const auto counts = [&](int c) { return c == row || in.texts[c] != text; };
  const auto value = [&](int c) { return counts(c) ? cuda::widen(cosines[at + c]) : -INFINITY; };
  const cuda::RowSoftmax softmax = cuda::row_softmax(in.candidates, row, in.factor, value);
  if (cuda::lane() == 0) {
    losses[row] = softmax.loss;
    right[row] = softmax.top >= 0 && value(row) == softmax.largest ? 1 : 0;
  }
  if (dcosines == nullptr) return;
  __syncwarp();  // all lanes have read the row's own cosine
  const float slope = in.factor * *in.scale;
  for (int c = cuda::lane(); c < in.candidates; c += cuda::warp_size)
    dcosines[at + c] = cuda::narrow<T>(counts(c) ? softmax.slope(c, value(c), row) * slope : 0);
}

}  // namespace

void run_on(CudaContext& context, const PairLoss& k) {
  cuda::check_f32(k.name, k.losses);
  const Inputs inputs{.texts = k.texts.data<std::int32_t>(),
                      .scale = k.scale.data<float>(),
                      .rows = static_cast<int>(k.cosines.rows()),
                      .candidates = static_cast<int>(k.cosines.width()),
                      .factor = k.factor};
  cuda::visit_activation(k.name, k.cosines.dtype(), [&]<class T>(T) {
    cuda::launch(context, k.name, {cuda::blocks_for(k.cosines.rows(), rows_per_block), threads},
                 pair_loss<T>, k.cosines.data<T>(), k.dcosines ? k.dcosines.data<T>() : nullptr,
                 inputs, k.losses.data<float>(), k.right.data<std::int32_t>());
  });
}

}  // namespace electra
