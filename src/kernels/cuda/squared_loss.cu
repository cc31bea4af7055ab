#include "electra/kernels/squared_loss.h"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/vector.cuh"

namespace electra {

namespace {

constexpr int threads = 256;

/// A thread for each of the first `columns` of a row: all, or the first where there is no gradient.
template <class T>
__global__ void __launch_bounds__(threads)
    squared_loss(const T* outputs, const float* targets, const float* scale, float* losses,
                 T* doutputs, unsigned columns, unsigned padded, unsigned size) {
  const unsigned i = blockIdx.x * threads + threadIdx.x;
  if (i >= size) return;
  const unsigned row = i / columns, column = i % columns;
  const Index at = static_cast<Index>(row) * padded + column;
  float g = 0;
  if (column == 0) {
    const float distance = cuda::widen(outputs[at]) - targets[row];
    losses[row] = distance * distance;
    g = 2 * distance * *scale;
  }
  if (doutputs != nullptr) doutputs[at] = cuda::narrow<T>(g);
}

}  // namespace

void run_on(CudaContext& context, const SquaredLoss& k) {
  cuda::check_f32(k.name, k.losses);
  const Index padded = k.outputs.width(), columns = k.doutputs ? padded : 1;
  const Index size = k.outputs.rows() * columns;
  cuda::visit_activation(k.name, k.outputs.dtype(), [&]<class T>(T) {
    cuda::launch(context, k.name, {cuda::blocks_for(size, threads), threads}, squared_loss<T>,
                 k.outputs.data<T>(), k.targets.data<float>(), k.scale.data<float>(),
                 k.losses.data<float>(), k.doutputs ? k.doutputs.data<T>() : nullptr,
                 static_cast<unsigned>(columns), static_cast<unsigned>(padded),
                 static_cast<unsigned>(size));
  });
}

}  // namespace electra
