#pragma once

#include "kernels/cuda/column_sums.cuh"
#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/vector.cuh"

namespace electra::cuda {

/// Calls body.operator()<elements>() with as many elements a vector as rows of this width allow.
template <class T, class Body>
void visit_vector(Index width, bool aligned, const Body& body) {
  constexpr int full = widest_access / static_cast<int>(sizeof(T));
  if (aligned && width % full == 0) return body.template operator()<full>();
  body.template operator()<1>();
}

/// Threads of a block side by side, and below one another, over the vectors of a matrix.
inline constexpr int strip_columns = 32;
inline constexpr int strip_rows = 8;

/// What `vector(at, values)` gives for each vector of a matrix [rows, width], summed over the rows:
/// a block takes 32 vectors side by side and a run of rows.
template <class T, int elements, class Vector>
__global__ void __launch_bounds__(strip_columns* strip_rows)
    sum_strips(Vector vector, float* partials, int rows, int width) {
  __shared__ float shared[strip_rows][strip_columns * elements];
  const int x = static_cast<int>(threadIdx.x) % strip_columns;
  const int y = static_cast<int>(threadIdx.x) / strip_columns;
  const int column = (static_cast<int>(blockIdx.x) * strip_columns + x) * elements;
  const int each = (rows + static_cast<int>(gridDim.y) - 1) / static_cast<int>(gridDim.y);
  const int first = static_cast<int>(blockIdx.y) * each;
  const int last = first + each < rows ? first + each : rows;
  float sum[elements] = {};
  if (column < width)
    for (int row = first + y; row < last; row += strip_rows) {
      float values[elements];
      vector(static_cast<Index>(row) * width + column, values);
#pragma unroll
      for (int e = 0; e < elements; ++e) sum[e] += values[e];
    }
#pragma unroll
  for (int e = 0; e < elements; ++e) shared[y][x * elements + e] = sum[e];
  __syncthreads();
  const int begin = static_cast<int>(blockIdx.x) * strip_columns * elements;
  for (int c = static_cast<int>(threadIdx.x); c < strip_columns * elements && begin + c < width;
       c += strip_columns * strip_rows) {
    float total = 0;
#pragma unroll
    for (int i = 0; i < strip_rows; ++i) total += shared[i][c];
    partials[static_cast<Index>(blockIdx.y) * width + begin + c] = total;
  }
}

/// target (+)= the column sums of what `vector(at, values)` gives for each vector of [rows, width].
template <class T, class Vector>
void sum_columns(CudaContext& context, std::string_view name, Index rows, Index width, bool aligned,
                 const Vector& vector, float* target, Write write) {
  constexpr Index rows_per_block = 64;
  constexpr Index most_blocks = 128;
  const Index wanted = (rows + rows_per_block - 1) / rows_per_block;
  const Index parts = wanted < 1 ? 1 : wanted < most_blocks ? wanted : most_blocks;
  auto* partials = partial_sums(context, parts, width, {target}, write);
  visit_vector<T>(width, aligned, [&]<int elements>() {
    launch(context, name,
           {dim3(blocks_for(width, strip_columns * elements), static_cast<unsigned>(parts)),
            dim3(strip_columns * strip_rows)},
           sum_strips<T, elements, Vector>, vector, partials, static_cast<int>(rows),
           static_cast<int>(width));
  });
}

}  // namespace electra::cuda
