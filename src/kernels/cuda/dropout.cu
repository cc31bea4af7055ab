#include "electra/kernels/dropout.h"
#include "kernels/cuda/column_strips.cuh"
#include "kernels/cuda/dropout.cuh"

namespace electra {

namespace {

/// A vector a thread: read and written by it alone, so y may be x.
template <class T, int elements>
__global__ void __launch_bounds__(cuda::strip_threads)
    dropout(const T* x, T* y, cuda::RowDropout dropout, cuda::Strip strip, int rows) {
  const int row = static_cast<int>(blockIdx.x) * strip.rows() + strip.y();
  const int column = (static_cast<int>(blockIdx.y) * strip.columns() + strip.x()) * elements;
  if (row >= rows || column >= dropout.width) return;
  const Index at = static_cast<Index>(row) * dropout.width + column;
  float values[elements], factors[elements];
  cuda::load(x + at, values);
#pragma unroll
  for (int e = 0; e < elements; ++e) factors[e] = 1;
  dropout.apply(row, column, factors);
#pragma unroll
  for (int e = 0; e < elements; ++e)  // 0 whatever was there
    values[e] = factors[e] == 0 ? 0.0F : values[e] * factors[e];
  cuda::store(values, y + at);
}

}  // namespace

void run_on(CudaContext& context, const Dropout& k) {
  const Index rows = k.x.rows(), width = k.x.width();
  cuda::visit_activation(k.name, k.x.dtype(), [&]<class T>(T) {
    const cuda::Strip strip = cuda::strip_of<T>(width);
    const bool aligned = cuda::aligned<T>(cuda::full_vector<T>, {k.x.raw(), k.y.raw()});
    cuda::visit_vector<T>(width, aligned, [&]<int elements>() {
      cuda::launch(context, k.name,
                   {dim3(cuda::blocks_for(rows, strip.rows()),
                         cuda::blocks_for(width, strip.columns() * elements)),
                    dim3(cuda::strip_threads)},
                   dropout<T, elements>, k.x.data<T>(), k.y.data<T>(),
                   cuda::row_dropout(k.random, k.rate, k.rows, width), strip,
                   static_cast<int>(rows));
    });
  });
}

}  // namespace electra
