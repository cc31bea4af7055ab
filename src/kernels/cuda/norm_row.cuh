#pragma once

#include "kernels/cuda/dropout.cuh"
#include "kernels/cuda/row_layout.cuh"

namespace electra::cuda {

struct Moments {
  float mean;
  float rstd;
};

/// Reads a row into `x`.
template <class Row, class T, class Values>
__device__ void load_row(const Row& row, const T* from, Values& x) {
  row.each([&](int v, int column) {
    float values[Row::elements];
    load(from + column, values);
#pragma unroll
    for (int e = 0; e < Row::elements; ++e) x.vector(v)[e] = values[e];
  });
}

/// The mean first, then the squared deviations from it.
template <class Row, class Values>
__device__ Moments moments(const Row& row, Values& x, float epsilon) {
  const auto size = static_cast<float>(row.size());
  const float mean = row_sum(row, [&](int v, int, int e) { return x.vector(v)[e]; }) / size;
  const float squares = row_sum(row, [&](int v, int, int e) {
    const float deviation = x.vector(v)[e] - mean;
    return deviation * deviation;
  });
  return {mean, 1.0F / sqrtf(squares / size + epsilon)};
}

/// sink(vector, column, values) of (x - mean) * rstd * gain + bias.
template <class Row, class Values, class Sink>
__device__ void normalise(const Row& row, Values& x, Moments m, const float* gain,
                          const float* bias, const Sink& sink) {
  row.each([&](int v, int column) {
    float gains[Row::elements], y[Row::elements];
    load(gain + column, gains);
    load(bias + column, y);
#pragma unroll
    for (int e = 0; e < Row::elements; ++e)
      y[e] += (x.vector(v)[e] - m.mean) * m.rstd * gains[e];
    sink(v, column, y);
  });
}

/// Hands sink(vector, column, dx) the gradient of a normalised row, and adds the row's share to
/// dgain and dbias. `x` and `dy` are lost. Derived in docs/math/layer_norm.md.
template <class Row, class Values, class Sink>
__device__ void norm_backward(const Row& row, Values& dy, Values& x, Moments m, const float* gain,
                              Values& dgain, Values& dbias, const Sink& sink) {
  float sum_g = 0, sum_gn = 0;
  row.each([&](int v, int column) {
    float gains[Row::elements];
    load(gain + column, gains);
#pragma unroll
    for (int e = 0; e < Row::elements; ++e) {
      const float normal = (x.vector(v)[e] - m.mean) * m.rstd;
      const float d = dy.vector(v)[e];
      dgain.vector(v)[e] += d * normal;
      dbias.vector(v)[e] += d;
      const float g = d * gains[e];
      sum_g += g;
      sum_gn += g * normal;
      x.vector(v)[e] = normal;
      dy.vector(v)[e] = g;
    }
  });
  const auto size = static_cast<float>(row.size());
  const float mean_g = warp_sum(sum_g) / size;
  const float mean_gn = warp_sum(sum_gn) / size;
  row.each([&](int v, int column) {
    float dx[Row::elements];
#pragma unroll
    for (int e = 0; e < Row::elements; ++e)
      dx[e] = (dy.vector(v)[e] - mean_g - x.vector(v)[e] * mean_gn) * m.rstd;
    sink(v, column, dx);
  });
}

/// Sets a row of values to 0.
template <class Row, class Values>
__device__ void clear(const Row& row, Values& x) {
  row.each([&](int v, int) {
#pragma unroll
    for (int e = 0; e < Row::elements; ++e) x.vector(v)[e] = 0;
  });
}

/// Writes the sum over a block's warps of one row of values each. All threads take part.
template <class Row, class Values>
__device__ void store_block_sum(const Row& row, Values& x, float* to) {
  if constexpr (warps_per_block<Row> == 1) {
    row.each([&](int v, int column) { to[column] = x.vector(v)[0]; });
  } else {
    __shared__ __align__(16) float shared[warps_per_block<Row>][Row::width];
    row.each([&](int v, int column) {
#pragma unroll
      for (int e = 0; e < Row::elements; ++e) shared[warp()][column + e] = x.vector(v)[e];
    });
    __syncthreads();
    for (int column = static_cast<int>(threadIdx.x); column < Row::width;
         column += static_cast<int>(blockDim.x)) {
      float sum = 0;
#pragma unroll
      for (int w = 0; w < warps_per_block<Row>; ++w) sum += shared[w][column];
      to[column] = sum;
    }
    __syncthreads();
  }
}

/// Rows of one warp, in a grid of which every warp takes a run of rows: [first, last).
struct WarpRows {
  int first;
  int last;
};

__device__ inline WarpRows rows_of_warp(int rows, int warps) {
  const int all = static_cast<int>(gridDim.x) * warps;
  const int each = (rows + all - 1) / all;
  const int first = (static_cast<int>(blockIdx.x) * warps + warp()) * each;
  return {first < rows ? first : rows, first + each < rows ? first + each : rows};
}

/// Blocks for `rows` rows whose columns are summed.
template <class Row>
[[nodiscard]] unsigned summing_blocks(Index rows) {
  constexpr Index rows_per_warp = 4;
  const Index wanted = (rows + warps_per_block<Row> * rows_per_warp - 1) /
                       (warps_per_block<Row> * rows_per_warp);
  return static_cast<unsigned>(wanted < 256 ? wanted : 256);
}

}  // namespace electra::cuda
