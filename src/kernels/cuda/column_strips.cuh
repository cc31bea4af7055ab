#pragma once

#include "kernels/cuda/column_sums.cuh"
#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/vector.cuh"

namespace electra::cuda {

template <class T>
inline constexpr int full_vector = widest_access / static_cast<int>(sizeof(T));

/// Calls body.operator()<elements>() with as many elements a vector as rows of this width allow.
template <class T, class Body>
void visit_vector(Index width, bool aligned, const Body& body) {
  if (aligned && width % full_vector<T> == 0) return body.template operator()<full_vector<T>>();
  body.template operator()<1>();
}

inline constexpr int strip_threads = 256;

/// How a block's threads lie over the vectors of a matrix: 2^shift side by side, the others below.
struct Strip {
  int shift;

  __host__ __device__ int columns() const { return 1 << shift; }
  __host__ __device__ int rows() const { return strip_threads >> shift; }
  __device__ int x() const { return static_cast<int>(threadIdx.x) & (columns() - 1); }
  __device__ int y() const { return static_cast<int>(threadIdx.x) >> shift; }
};

/// As many side by side as a row has vectors, but a warp at most. The shape alone decides.
template <class T>
[[nodiscard]] Strip strip_of(Index width) {
  Strip strip{0};
  while (strip.shift < 5 && strip.columns() * full_vector<T> < width) ++strip.shift;
  return strip;
}

/// Adds the vectors of rows first, first + step, … of one column of vectors to `sum`.
template <class Vector, int elements>
__device__ void add_rows(const Vector& vector, int first, int last, int step, int column, int width,
                         float (&sum)[elements]) {
  Index at = static_cast<Index>(first) * width + column;
  const Index stride = static_cast<Index>(step) * width;
  const auto add = [&](const float(&values)[elements]) {
#pragma unroll
    for (int e = 0; e < elements; ++e) sum[e] += values[e];
  };
  float values[elements];
  if constexpr (requires { vector.template of_column<elements>(column); }) {
    // Two are read before the first is written.
    const auto one = vector.template of_column<elements>(column);
    int row = first;
    for (; row + step < last; row += 2 * step, at += 2 * stride) {
      const auto a = one.read(at), b = one.read(at + stride);
      one.finish(a, at, values);
      add(values);
      one.finish(b, at + stride, values);
      add(values);
    }
    if (row >= last) return;
    one.finish(one.read(at), at, values);
    add(values);
  } else {
#pragma unroll 4
    for (int row = first; row < last; row += step, at += stride) {
      vector(at, values);
      add(values);
    }
  }
}

/// What `vector(at, values)` gives for each vector of a matrix [rows, width], summed over the rows:
/// a block takes a strip of vectors side by side and a run of rows. A vector that reads much and
/// writes has of_column(column) instead: an object with read(at), and finish(read, at, values).
template <class T, int elements, class Vector>
__global__ void __launch_bounds__(strip_threads)
    sum_strips(Vector vector, float* partials, Strip strip, int rows, int width) {
  __shared__ float shared[strip_threads * elements];
  const int across = strip.columns() * elements;
  const int begin = static_cast<int>(blockIdx.x) * across;
  const int column = begin + strip.x() * elements;
  const int each = (rows + static_cast<int>(gridDim.y) - 1) / static_cast<int>(gridDim.y);
  const int first = static_cast<int>(blockIdx.y) * each;
  const int last = first + each < rows ? first + each : rows;
  float sum[elements] = {};
  if (column < width) add_rows(vector, first + strip.y(), last, strip.rows(), column, width, sum);
#pragma unroll
  for (int e = 0; e < elements; ++e) shared[static_cast<int>(threadIdx.x) * elements + e] = sum[e];
  __syncthreads();
  for (int c = static_cast<int>(threadIdx.x); c < across && begin + c < width; c += strip_threads) {
    float total = 0;
    for (int i = 0; i < strip.rows(); ++i) total += shared[i * across + c];
    partials[static_cast<Index>(blockIdx.y) * width + begin + c] = total;
  }
}

/// Runs of rows that are summed by themselves: enough for all multiprocessors of a large card,
/// and on all cards the same.
[[nodiscard]] inline Index parts_of(Index rows, Index strips) {
  constexpr Index rows_per_part = 64, fewest = 128, blocks = 1024;
  const Index wanted = (rows + rows_per_part - 1) / rows_per_part;
  const Index most = blocks / strips < fewest ? fewest : blocks / strips;
  const Index parts = wanted < most ? wanted : most;
  return parts < 1 ? 1 : parts < most_partials ? parts : most_partials;
}

/// target (+)= the column sums of what `vector(at, values)` gives for each vector of [rows, width].
template <class T, class Vector>
void sum_columns(CudaContext& context, std::string_view name, Index rows, Index width, bool aligned,
                 const Vector& vector, float* target, Write write) {
  const Strip strip = strip_of<T>(width);
  const Index strips = blocks_for(width, strip.columns() * full_vector<T>);
  const Index parts = parts_of(rows, strips < 1 ? 1 : strips);
  auto* partials = partial_sums(context, parts, width, {target}, write);
  visit_vector<T>(width, aligned, [&]<int elements>() {
    launch(context, name,
           {dim3(blocks_for(width, strip.columns() * elements), static_cast<unsigned>(parts)),
            dim3(strip_threads)},
           sum_strips<T, elements, Vector>, vector, partials, strip, static_cast<int>(rows),
           static_cast<int>(width));
  });
}

}  // namespace electra::cuda
