#include "electra/kernels/unit_rows.h"
#include "kernels/cuda/column_strips.cuh"

namespace electra {

namespace {

constexpr int threads = 128;
constexpr int rows_per_block = threads / cuda::warp_size;
constexpr auto least = static_cast<float>(UnitRowsForward::least);

/// body(column) for the vectors of a row that are the lane's.
template <int elements, class Body>
__device__ void each_vector(int width, const Body& body) {
  for (int c = cuda::lane() * elements; c < width; c += cuda::warp_size * elements) body(c);
}

/// A warp a row, whose lanes read and write vectors of their own, so y may be x.
template <class T, int elements>
__global__ void __launch_bounds__(threads)
    unit_rows_forward(const T* x, T* y, float* norms, int rows, int width) {
  const int row = static_cast<int>(blockIdx.x) * rows_per_block + cuda::warp();
  if (row >= rows) return;
  const Index at = static_cast<Index>(row) * width;
  float values[elements], squares = 0;
  each_vector<elements>(width, [&](int c) {
    cuda::load(x + at + c, values);
#pragma unroll
    for (int e = 0; e < elements; ++e) squares += values[e] * values[e];
  });
  const float length = sqrtf(cuda::warp_sum(squares));
  const float norm = length < least ? least : length;  // which keeps NaN
  each_vector<elements>(width, [&](int c) {
    cuda::load(x + at + c, values);
#pragma unroll
    for (int e = 0; e < elements; ++e) values[e] /= norm;
    cuda::store(values, y + at + c);
  });
  if (cuda::lane() == 0) norms[row] = norm;
}

template <class T, int elements>
__global__ void __launch_bounds__(threads)
    unit_rows_backward(const T* dy, const T* y, const float* norms, T* dx, int rows, int width) {
  const int row = static_cast<int>(blockIdx.x) * rows_per_block + cuda::warp();
  if (row >= rows) return;
  const Index at = static_cast<Index>(row) * width;
  const float norm = norms[row];
  float g[elements], values[elements], dot = 0;
  each_vector<elements>(width, [&](int c) {
    cuda::load(dy + at + c, g);
    cuda::load(y + at + c, values);
#pragma unroll
    for (int e = 0; e < elements; ++e) dot += g[e] * values[e];
  });
  dot = cuda::warp_sum(dot);
  if (norm <= least) dot = 0;
  each_vector<elements>(width, [&](int c) {
    cuda::load(dy + at + c, g);
    cuda::load(y + at + c, values);
#pragma unroll
    for (int e = 0; e < elements; ++e) g[e] = (g[e] - values[e] * dot) / norm;
    cuda::store(g, dx + at + c);
  });
}

}  // namespace

void run_on(CudaContext& context, const UnitRowsForward& k) {
  const Index rows = k.x.rows(), width = k.x.width();
  cuda::visit_activation(k.name, k.x.dtype(), [&]<class T>(T) {
    const bool aligned = cuda::aligned<T>(cuda::full_vector<T>, {k.x.raw(), k.y.raw()});
    cuda::visit_vector<T>(width, aligned, [&]<int elements>() {
      cuda::launch(context, k.name, {cuda::blocks_for(rows, rows_per_block), threads},
                   unit_rows_forward<T, elements>, k.x.data<T>(), k.y.data<T>(),
                   k.norms.data<float>(), static_cast<int>(rows), static_cast<int>(width));
    });
  });
}

void run_on(CudaContext& context, const UnitRowsBackward& k) {
  const Index rows = k.dy.rows(), width = k.dy.width();
  cuda::visit_activation(k.name, k.dy.dtype(), [&]<class T>(T) {
    const bool aligned =
        cuda::aligned<T>(cuda::full_vector<T>, {k.dy.raw(), k.y.raw(), k.dx.raw()});
    cuda::visit_vector<T>(width, aligned, [&]<int elements>() {
      cuda::launch(context, k.name, {cuda::blocks_for(rows, rows_per_block), threads},
                   unit_rows_backward<T, elements>, k.dy.data<T>(), k.y.data<T>(),
                   k.norms.data<float>(), k.dx.data<T>(), static_cast<int>(rows),
                   static_cast<int>(width));
    });
  });
}

}  // namespace electra
