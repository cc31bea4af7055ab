#include "electra/kernels/tanh.h"
#include "kernels/cuda/column_strips.cuh"

namespace electra {

namespace {

/// A vector a thread: read and written by it alone, so y may be x.
template <class T, int elements>
__global__ void __launch_bounds__(cuda::strip_threads)
    bias_tanh(const T* x, const float* bias, T* y, cuda::Strip strip, int rows, int width) {
  const int row = static_cast<int>(blockIdx.x) * strip.rows() + strip.y();
  const int column = (static_cast<int>(blockIdx.y) * strip.columns() + strip.x()) * elements;
  if (row >= rows || column >= width) return;
  const Index at = static_cast<Index>(row) * width + column;
  float values[elements], b[elements];
  cuda::load(x + at, values);
  cuda::load(bias + column, b);
#pragma unroll
  for (int e = 0; e < elements; ++e) values[e] = tanhf(values[e] + b[e]);
  cuda::store(values, y + at);
}

}  // namespace

void run_on(CudaContext& context, const BiasTanh& k) {
  const Index rows = k.x.rows(), width = k.x.width();
  const bool aligned = cuda::aligned<float>(4, {k.x.raw(), k.bias.raw(), k.y.raw()});
  cuda::visit_activation(k.name, k.x.dtype(), [&]<class T>(T) {
    const cuda::Strip strip = cuda::strip_of<T>(width);
    cuda::visit_vector<T>(width, aligned, [&]<int elements>() {
      cuda::launch(context, k.name,
                   {dim3(cuda::blocks_for(rows, strip.rows()),
                         cuda::blocks_for(width, strip.columns() * elements)),
                    dim3(cuda::strip_threads)},
                   bias_tanh<T, elements>, k.x.data<T>(), k.bias.data<float>(), k.y.data<T>(),
                   strip, static_cast<int>(rows), static_cast<int>(width));
    });
  });
}

}  // namespace electra
