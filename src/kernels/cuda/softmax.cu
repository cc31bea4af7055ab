#include "electra/kernels/softmax.h"

#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/vector.cuh"

namespace electra {

namespace {

constexpr int warps = 4;

/// Keys that a row attends to: those before the length, none for a query at or beyond it.
__device__ int keys_of_row(Index row, const std::int32_t* lengths, int heads, int length) {
  const int keys = lengths[row / (static_cast<Index>(heads) * length)];
  const int clamped = keys < 0 ? 0 : keys < length ? keys : length;
  return row % length < clamped ? clamped : 0;
}

template <class T>
__global__ void __launch_bounds__(warps* cuda::warp_size)
    masked_softmax_forward(const T* x, const std::int32_t* lengths, T* y, Index rows, int heads,
                           int length, float scale) {
  const Index row = static_cast<Index>(blockIdx.x) * warps + cuda::warp();
  if (row >= rows) return;
  const int keys = keys_of_row(row, lengths, heads, length);
  const T* from = x + row * length;
  T* to = y + row * length;
  float max = -INFINITY;
  for (int k = cuda::lane(); k < keys; k += cuda::warp_size)
    max = fmaxf(max, scale * cuda::widen(from[k]));
  max = cuda::warp_max(max);
  float sum = 0;
  for (int k = cuda::lane(); k < keys; k += cuda::warp_size)
    sum += expf(scale * cuda::widen(from[k]) - max);
  const float inverse = 1.0F / cuda::warp_sum(sum);
  for (int k = cuda::lane(); k < length; k += cuda::warp_size)
    to[k] = cuda::narrow<T>(k < keys ? expf(scale * cuda::widen(from[k]) - max) * inverse : 0.0F);
}

template <class T>
__global__ void __launch_bounds__(warps* cuda::warp_size)
    masked_softmax_backward(const T* dy, const T* y, const std::int32_t* lengths, T* dx, Index rows,
                            int heads, int length, float scale) {
  const Index row = static_cast<Index>(blockIdx.x) * warps + cuda::warp();
  if (row >= rows) return;
  const int keys = keys_of_row(row, lengths, heads, length);
  const Index at = row * length;
  float shared = 0;
  for (int k = cuda::lane(); k < keys; k += cuda::warp_size)
    shared += cuda::widen(dy[at + k]) * cuda::widen(y[at + k]);
  shared = cuda::warp_sum(shared);
  for (int k = cuda::lane(); k < length; k += cuda::warp_size)
    dx[at + k] = cuda::narrow<T>(
        k < keys ? scale * cuda::widen(y[at + k]) * (cuda::widen(dy[at + k]) - shared) : 0.0F);
}

}  // namespace

void run_on(CudaContext& context, const MaskedSoftmaxForward& k) {
  const Index rows = k.x.rows();
  cuda::visit_activation(k.name, k.x.dtype(), [&]<class T>(T) {
    cuda::launch(context, k.name, {cuda::blocks_for(rows, warps), warps * cuda::warp_size},
                 masked_softmax_forward<T>, k.x.data<T>(), k.lengths.data<std::int32_t>(),
                 k.y.data<T>(), rows, static_cast<int>(k.x.shape()[1]),
                 static_cast<int>(k.x.width()), k.scale);
  });
}

void run_on(CudaContext& context, const MaskedSoftmaxBackward& k) {
  const Index rows = k.dy.rows();
  cuda::visit_activation(k.name, k.dy.dtype(), [&]<class T>(T) {
    cuda::launch(context, k.name, {cuda::blocks_for(rows, warps), warps * cuda::warp_size},
                 masked_softmax_backward<T>, k.dy.data<T>(), k.y.data<T>(),
                 k.lengths.data<std::int32_t>(), k.dx.data<T>(), rows,
                 static_cast<int>(k.dy.shape()[1]), static_cast<int>(k.dy.width()), k.scale);
  });
}

}  // namespace electra
