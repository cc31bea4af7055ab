#pragma once

#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/vector.cuh"

namespace electra::cuda {

/// How a warp holds a row: `vectors` vectors of `elements` neighbouring elements a lane, in
/// registers. Kernels are written once for this and for AnyRow.
template <int elements_, int vectors_>
struct FixedRow {
  static constexpr int elements = elements_;
  static constexpr int vectors = vectors_;
  static constexpr int count = elements * vectors;
  static constexpr int width = warp_size * count;
  static constexpr int shared_values = 0;  // floats of shared memory for each row of values held

  struct Values {
    float values[vectors][elements];
    __device__ float* vector(int v) { return values[v]; }
  };

  /// The `slot`-th row that this warp holds at once.
  __device__ Values values(int /*slot*/) const { return {}; }
  __device__ int size() const { return width; }
  /// body(vector, first column) for each of the lane's vectors.
  template <class Body>
  __device__ void each(const Body& body) const {
#pragma unroll
    for (int v = 0; v < vectors; ++v) body(v, (v * warp_size + lane()) * elements);
  }
};

/// The same for any width, an element at a time, in shared memory: slow, and always right.
struct AnyRow {
  static constexpr int elements = 1;
  int width;
  int stride;  // width, rounded up to whole warps

  struct Values {
    float* values;
    __device__ float* vector(int v) const { return values + v * warp_size; }
  };

  __device__ Values values(int slot) const {
    extern __shared__ float row_layout_shared[];
    return {row_layout_shared + slot * stride + lane()};
  }
  __device__ int size() const { return width; }
  template <class Body>
  __device__ void each(const Body& body) const {
    for (int column = lane(); column < width; column += warp_size)
      body(column / warp_size, column);
  }
};

/// The sum of value(vector, column, element) over a row.
template <class Row, class Value>
__device__ float row_sum(const Row& row, const Value& value) {
  float sum = 0;
  row.each([&](int v, int column) {
#pragma unroll
    for (int e = 0; e < Row::elements; ++e) sum += value(v, column + e, e);
  });
  return warp_sum(sum);
}

/// Calls body(row layout, warps a block, bytes of shared memory a warp for one row of values) with
/// the layout that fits rows of this width whose addresses are `aligned` to whole vectors.
template <class T, class Body>
void visit_row(std::string_view kernel, Index width, bool aligned_rows, const Body& body) {
  constexpr int full = widest_access / static_cast<int>(sizeof(T));
  constexpr int most = 1024;
  if (aligned_rows && width == 64) return body(FixedRow<2, 1>{});
  if (aligned_rows && width == 128) return body(FixedRow<4, 1>{});
  if (aligned_rows && width == 256) return body(FixedRow<full, 8 / full>{});
  if (aligned_rows && width == 512) return body(FixedRow<full, 16 / full>{});
  if (aligned_rows && width == 768) return body(FixedRow<full, 24 / full>{});
  if (aligned_rows && width == most) return body(FixedRow<full, 32 / full>{});
  constexpr Index widest = 2048;
  if (width > widest)
    throw DeviceError(std::string(kernel) + ": on a GPU, expected rows of at most " +
                      std::to_string(widest) + " elements, found " + std::to_string(width));
  const auto columns = static_cast<int>(width);
  body(AnyRow{columns, (columns + warp_size - 1) / warp_size * warp_size});
}

/// Rows that a block works on at once: one a warp.
template <class Row>
inline constexpr int warps_per_block = std::is_same_v<Row, AnyRow> ? 1 : 4;

/// Bytes of dynamic shared memory for `slots` rows of values.
template <class Row>
[[nodiscard]] Index shared_for(const Row& row, int slots) {
  if constexpr (std::is_same_v<Row, AnyRow>)
    return Index{4} * slots * row.stride;
  else
    return 0;
}

}  // namespace electra::cuda
