#include "electra/kernels/gather.h"

#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/vector.cuh"

namespace electra {

namespace {

constexpr int threads = 128;

template <class T>
__global__ void __launch_bounds__(threads)
    gather_rows(const T* x, const std::int32_t* indices, const std::int32_t* count, T* y,
                int width) {
  const int row = static_cast<int>(blockIdx.x);
  const bool used = row < *count;
  const T* from = x + (used ? static_cast<Index>(indices[row]) * width : 0);
  T* to = y + static_cast<Index>(row) * width;
  for (int c = static_cast<int>(threadIdx.x); c < width; c += threads)
    to[c] = used ? from[c] : T{};
}

/// A block for each row of x: the first of a run of equal indices adds the whole run.
template <class T>
__global__ void __launch_bounds__(threads)
    scatter_rows(const T* x, const std::int32_t* indices, const std::int32_t* count, T* y,
                 bool adds, int width) {
  const int first = static_cast<int>(blockIdx.x);
  const int used = *count;
  if (first >= used || (first > 0 && indices[first - 1] == indices[first])) return;
  int last = first + 1;
  while (last < used && indices[last] == indices[first]) ++last;
  T* to = y + static_cast<Index>(indices[first]) * width;
  for (int c = static_cast<int>(threadIdx.x); c < width; c += threads) {
    float sum = adds ? cuda::widen(to[c]) : 0.0F;
    for (int row = first; row < last; ++row)
      sum += cuda::widen(x[static_cast<Index>(row) * width + c]);
    to[c] = cuda::narrow<T>(sum);
  }
}

}  // namespace

void run_on(CudaContext& context, const GatherRows& k) {
  cuda::visit_activation(k.name, k.x.dtype(), [&]<class T>(T) {
    cuda::launch(context, k.name, {cuda::blocks_for(k.indices.size(), 1), threads}, gather_rows<T>,
                 k.x.data<T>(), k.indices.data<std::int32_t>(), k.count.data<std::int32_t>(),
                 k.y.data<T>(), static_cast<int>(k.x.width()));
  });
}

void run_on(CudaContext& context, const ScatterRows& k) {
  const bool adds = k.y.write == Write::add;
  if (!adds) context.zero(k.y.view);
  cuda::visit_activation(k.name, k.x.dtype(), [&]<class T>(T) {
    cuda::launch(context, k.name, {cuda::blocks_for(k.indices.size(), 1), threads}, scatter_rows<T>,
                 k.x.data<T>(), k.indices.data<std::int32_t>(), k.count.data<std::int32_t>(),
                 k.y.view.data<T>(), adds, static_cast<int>(k.x.width()));
  });
}

}  // namespace electra
