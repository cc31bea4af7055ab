#pragma once

#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/vector.cuh"

namespace electra::cuda {

/// A row as a lane has it from memory: `vectors` accesses, not yet widened.
template <class T, int elements, int vectors>
struct InRegisters {
  static constexpr int bytes = elements * static_cast<int>(sizeof(T));
  Moved<bytes> raw[vectors];

  __device__ void get(int v, int /*column*/, float (&to)[elements]) const {
    static_assert(sizeof(Parts<T, elements>) == bytes);  // else nvcc 12 does not know the size
    const auto parts = __builtin_bit_cast(Parts<T, elements>, raw[v]);
#pragma unroll
    for (int e = 0; e < elements; ++e) to[e] = widen(parts.values[e]);
  }
};

/// A row that is read when it is needed.
template <class T>
struct InMemory {
  const T* row;

  template <int elements>
  __device__ void get(int /*v*/, int column, float (&to)[elements]) const {
    load(row + column, to);
  }
};

/// How a warp holds rows in registers: a row in `lanes` neighbouring lanes, `vectors` vectors of
/// `elements` neighbouring elements each. Kernels are written once for this and for AnyRow.
template <int elements_, int vectors_, int lanes_ = warp_size>
struct FixedRow {
  static constexpr int elements = elements_;
  static constexpr int vectors = vectors_;
  static constexpr int lanes = lanes_;
  static constexpr int rows_per_warp = warp_size / lanes;
  static constexpr int count = elements * vectors;
  static constexpr int width = lanes * count;

  struct Values {
    float values[vectors][elements];
    __device__ float* vector(int v) { return values[v]; }
    __device__ void get(int v, int /*column*/, float (&to)[elements]) const {
#pragma unroll
      for (int e = 0; e < elements; ++e) to[e] = values[v][e];
    }
  };

  /// The `slot`-th row that these lanes hold at once.
  __device__ Values values(int /*slot*/) const { return {}; }
  __device__ int size() const { return width; }
  /// body(vector, first column) for each of the lane's vectors.
  template <class Body>
  __device__ void each(const Body& body) const {
#pragma unroll
    for (int v = 0; v < vectors; ++v) body(v, (v * lanes + lane() % lanes) * elements);
  }
  /// The sum over the row's lanes, in each of them.
  __device__ float sum(float value) const {
#pragma unroll
    for (int offset = lanes / 2; offset > 0; offset /= 2)
      value += __shfl_xor_sync(whole_warp, value, offset);
    return value;
  }
  /// Starts reading a row that is needed later, if there are registers for it.
  template <class T>
  __device__ auto fetch(const T* row) const {
    constexpr int most_bytes = 64;
    if constexpr (count * sizeof(T) <= most_bytes) {
      InRegisters<T, elements, vectors> held;
      each([&](int v, int column) {
        held.raw[v] = *reinterpret_cast<const Moved<held.bytes>*>(row + column);
      });
      return held;
    } else {
      return InMemory<T>{row};
    }
  }
  /// A row that every row is multiplied by: in registers if it takes few.
  __device__ auto keep(const float* row) const {
    constexpr int most = 8;
    if constexpr (count <= most) {
      Values held;
      each([&](int v, int column) { load(row + column, held.values[v]); });
      return held;
    } else {
      return InMemory<float>{row};
    }
  }
};

/// The same for any width, an element at a time, in shared memory: slow, and always right.
struct AnyRow {
  static constexpr int elements = 1;
  static constexpr int lanes = warp_size;
  static constexpr int rows_per_warp = 1;
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
    for (int column = lane(); column < width; column += warp_size) body(column / warp_size, column);
  }
  __device__ float sum(float value) const { return warp_sum(value); }
  template <class T>
  __device__ InMemory<T> fetch(const T* row) const {
    return {row};
  }
  __device__ InMemory<float> keep(const float* row) const { return {row}; }
};

/// The sum of value(vector, column, element) over a row.
template <class Row, class Value>
__device__ float row_sum(const Row& row, const Value& value) {
  float sum = 0;
  row.each([&](int v, int column) {
#pragma unroll
    for (int e = 0; e < Row::elements; ++e) sum += value(v, column + e, e);
  });
  return row.sum(sum);
}

/// The widest rows that a kernel with five rows of values takes without registers for them.
inline constexpr Index widest_row = 2048;
static_assert(4 * 5 * widest_row <= most_shared_bytes);

/// Calls body(row layout) with the layout that fits rows of this width whose addresses are
/// `aligned_rows` to 16 bytes.
template <class T, class Body>
void visit_row(std::string_view kernel, Index width, bool aligned_rows, const Body& body,
               Index widest = widest_row) {
  constexpr int full = widest_access / static_cast<int>(sizeof(T));
  if (aligned_rows && width == 64) return body(FixedRow<full, 1, 64 / full>{});
  if (aligned_rows && width == 128) return body(FixedRow<full, 1, 128 / full>{});
  if (aligned_rows && width == 256) return body(FixedRow<full, 8 / full>{});
  if (aligned_rows && width == 512) return body(FixedRow<full, 16 / full>{});
  if (aligned_rows && width == 768) return body(FixedRow<full, 24 / full>{});
  if (aligned_rows && width == 1024) return body(FixedRow<full, 32 / full>{});
  if (width > widest)
    throw DeviceError(std::string(kernel) + ": on a GPU, expected rows of at most " +
                      std::to_string(widest) + " elements, found " + std::to_string(width));
  const auto columns = static_cast<int>(width);
  body(AnyRow{columns, (columns + warp_size - 1) / warp_size * warp_size});
}

/// The row that a lane works on. Lanes without one of their own repeat the last and store nothing.
struct LaneRow {
  int row;
  bool own;
};

/// The lane's row among those that a warp holds at once, the `group`-th such rows of all.
template <class Row>
__device__ LaneRow lane_row(int group, int rows) {
  if constexpr (Row::rows_per_warp == 1) {
    return {group, true};
  } else {
    const int row = group * Row::rows_per_warp + lane() / Row::lanes;
    return {row < rows ? row : rows - 1, row < rows};
  }
}

/// Bytes of dynamic shared memory for `slots` rows of values.
template <class Row>
[[nodiscard]] Index shared_for(const Row& row, int slots) {
  if constexpr (std::is_same_v<Row, AnyRow>)
    return Index{4} * slots * row.stride;
  else
    return 0;
}

/// Warps of a block that writes each row by itself.
template <class Row>
inline constexpr int row_warps = std::is_same_v<Row, AnyRow> ? 1 : 4;
template <class Row>
inline constexpr int row_threads = row_warps<Row>* warp_size;
/// Rows of such a block.
template <class Row>
inline constexpr int row_block = row_warps<Row>* Row::rows_per_warp;
/// Such blocks on a multiprocessor: what their registers allow without spills.
template <class Row>
constexpr int resident_row_blocks() {
  if constexpr (std::is_same_v<Row, AnyRow>)
    return 1;
  else
    return Row::count <= 16 ? 8 : 6;
}

}  // namespace electra::cuda
