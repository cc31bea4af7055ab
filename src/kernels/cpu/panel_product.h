#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <type_traits>

#ifdef __AVX512F__
#include <immintrin.h>
#endif

#include "electra/core/tensor.h"
#include "kernels/cpu/transpose.h"

/// Small matrix products by hand: the right operand is laid out as panels two vectors wide, the
/// left one is read where it lies, and a tile of the result stays in registers. Every element is
/// one chain of fused sums over the depth, so its bits do not depend on where in a tile it falls.
namespace electra::cpu {

#if defined(__AVX512F__)
inline constexpr Index vector_bytes = 64;
inline constexpr int tile_rows = 12;  // 24 sums in 32 registers
#elif defined(__AVX__)
inline constexpr Index vector_bytes = 32;
inline constexpr int tile_rows = 6;  // 12 sums in 16 registers
#else
inline constexpr Index vector_bytes = 16;
inline constexpr int tile_rows = 6;
#endif

template <class T>
struct VectorOf {
  typedef T type __attribute__((vector_size(vector_bytes)));
  typedef T in_memory __attribute__((vector_size(vector_bytes), aligned(sizeof(T)), may_alias));
};
template <class T>
inline constexpr Index lanes = vector_bytes / static_cast<Index>(sizeof(T));
template <class T>
inline constexpr Index panel_width = 2 * lanes<T>;

/// What a storage type is computed in.
template <class S>
using Computed = std::conditional_t<std::is_same_v<S, double>, double, float>;

[[nodiscard]] inline float computed(bf16 value) { return to_float(value); }
[[nodiscard]] inline float computed(float value) { return value; }
[[nodiscard]] inline double computed(double value) { return value; }
[[nodiscard]] inline std::int32_t computed(std::int32_t value) { return value; }

[[nodiscard]] constexpr Index round_up(Index value, Index unit) {
  return (value + unit - 1) / unit * unit;
}

/// A matrix as something reads it: element (i, j) lies at data[i * row + j * column].
template <class S>
struct Strided {
  const S* data = nullptr;
  Index row = 0;
  Index column = 1;

  [[nodiscard]] Strided at(Index i, Index j) const {
    return {data + i * row + j * column, row, column};
  }
};

/// Converts a run of elements; runs of 16 at a time, which compilers turn into vectors.
template <class To, class From>
void convert(const From* __restrict from, To* __restrict to, Index count) {
  const auto one = [](From value) {
    if constexpr (std::is_same_v<To, bf16>)
      return to_bf16(static_cast<float>(computed(value)));
    else
      return static_cast<To>(computed(value));
  };
  Index i = 0;
  for (; i + 16 <= count; i += 16)
    for (Index j = 0; j < 16; ++j) to[i + j] = one(from[i + j]);
  for (; i < count; ++i) to[i] = one(from[i]);
}

/// Rounds a row to what S can hold.
template <class S>
void round_as([[maybe_unused]] Computed<S>* row, [[maybe_unused]] Index count) {
  if constexpr (std::is_same_v<S, bf16>)
    for (Index i = 0; i < count; ++i) row[i] = to_float(to_bf16(row[i]));
}

/// How many elements pack_panels writes.
template <class T>
[[nodiscard]] constexpr Index panel_size(Index depth, Index columns) {
  return depth * round_up(columns, panel_width<T>);
}

/// What products of T are summed in. Words are pairs of bf16, the lower half the earlier number.
template <class T>
using Sum = std::conditional_t<std::is_same_v<T, std::int32_t>, float, T>;

/// One vector at a time: a copy of a whole array would keep the sums out of the registers.
template <class T>
[[nodiscard]] typename VectorOf<T>::type load_vector(const T* from) {
  return *reinterpret_cast<const typename VectorOf<T>::in_memory*>(from);
}

template <class T>
void store_vector(T* to, typename VectorOf<T>::type value) {
  *reinterpret_cast<typename VectorOf<T>::in_memory*>(to) = value;
}

/// A vector of numbers as they are computed with.
template <class T, class S>
[[nodiscard]] typename VectorOf<T>::type load_computed(const S* from) {
  if constexpr (std::is_same_v<S, T>) {
    return load_vector(from);
  } else {
    typename VectorOf<T>::type value;
#pragma GCC unroll 16
    for (Index i = 0; i < lanes<T>; ++i) value[i] = computed(from[i]);
    return value;
  }
}

/// Half a panel of a matrix whose columns lie densely: squares of it are transposed in registers.
template <class T, class S>
void pack_dense_columns(Strided<S> from, Index depth, Index columns, T* panel) {
  constexpr auto n = static_cast<int>(lanes<T>);
  const Index whole = depth / n * n;
  for (Index k = 0; k < whole; k += n, panel += n * panel_width<T>) {
    typename VectorOf<T>::type rows[n];
#pragma GCC unroll 16
    for (int j = 0; j < n; ++j)
      rows[j] = j < columns ? load_computed<T>(from.data + j * from.column + k)
                            : typename VectorOf<T>::type{};
    transpose(rows);
#pragma GCC unroll 16
    for (int i = 0; i < n; ++i) store_vector(panel + i * panel_width<T>, rows[i]);
  }
  for (Index k = whole; k < depth; ++k, panel += panel_width<T>)
    for (Index j = 0; j < n; ++j)
      panel[j] = j < columns ? computed(from.data[j * from.column + k]) : T{0};
}

/// Lays a [depth, columns] matrix out as panels [columns / width][depth][width], zeros at the end.
template <class T, class S>
void pack_panels(Strided<S> source, Index depth, Index columns, T* panels) {
  constexpr Index width = panel_width<T>;
  for (Index first = 0; first < columns; first += width, panels += depth * width) {
    const Index count = std::min(width, columns - first);
    const Strided<S> from = source.at(0, first);
    if (from.row == 1) {
      for (Index j = 0; j < width; j += lanes<T>)
        pack_dense_columns(from.at(0, j), depth, count - j, panels + j);
      continue;
    }
    if (count < width) std::fill_n(panels, depth * width, T{0});
    if (from.column == 1) {
      for (Index k = 0; k < depth; ++k)
        convert(from.data + k * from.row, panels + k * width, count);
    } else {
      constexpr Index run = 8;
      for (Index k = 0; k < depth; k += run)
        for (Index j = 0; j < count; ++j) {
          const S* column = from.data + j * from.column;
          const Index end = std::min(depth, k + run);
          for (Index i = k; i < end; ++i) panels[i * width + j] = computed(column[i * from.row]);
        }
    }
  }
}

/// What the sums of a tile begin with: element (i, j) lies at data[i * row + j]; no data: zeros.
template <class T>
struct Start {
  const T* data = nullptr;
  Index row = 0;

  [[nodiscard]] Start at(Index i, Index j) const {
    return {data == nullptr ? nullptr : data + i * row + j, row};
  }
};

/// How many elements a copy of a left operand needs, so that there is room for whole tiles.
template <class T>
[[nodiscard]] constexpr Index tiles_size(Index rows, Index depth) {
  return depth * round_up(rows, tile_rows);
}

/// sum + a b, of a number and the numbers of all columns.
template <class V, class T>
[[nodiscard]] inline V add_product(V sum, T a, V b) {
  return sum + a * b;
}

/// Of pairs: sum + a[0] b[0] + a[1] b[1].
[[nodiscard]] inline VectorOf<float>::type add_product(VectorOf<float>::type sum, std::int32_t a,
                                                       VectorOf<std::int32_t>::type b) {
#ifdef __AVX512BF16__
  return _mm512_dpbf16_ps(sum, std::bit_cast<__m512bh>(_mm512_set1_epi32(a)),
                          std::bit_cast<__m512bh>(b));
#else
  using Floats = VectorOf<float>::type;
  constexpr auto high = static_cast<std::int32_t>(0xffff0000U);
  sum += std::bit_cast<float>(a << 16) * std::bit_cast<Floats>(b << 16);
  return sum + std::bit_cast<float>(a & high) * std::bit_cast<Floats>(b & high);
#endif
}

template <class T, int rows>
void multiply_tile(Strided<T> a, Index depth, const T* panel, Start<Sum<T>> start, Sum<T>* c,
                   Index c_row) {
  using Vector = typename VectorOf<Sum<T>>::type;
  Vector low[rows] = {};
  Vector high[rows] = {};
  for (int i = 0; i < rows; ++i) __builtin_prefetch(c + i * c_row, 1);
  if (start.data != nullptr) {
#pragma GCC unroll 16
    for (int i = 0; i < rows; ++i) {
      low[i] = load_vector(start.data + i * start.row);
      high[i] = load_vector(start.data + i * start.row + lanes<T>);
    }
  }
  const T* left = a.data;
  for (Index k = 0; k < depth; ++k, left += a.column, panel += panel_width<T>) {
    const auto b0 = load_vector(panel);
    const auto b1 = load_vector(panel + lanes<T>);
#pragma GCC unroll 16
    for (int i = 0; i < rows; ++i) {
      const T value = left[i * a.row];
      low[i] = add_product(low[i], value, b0);
      high[i] = add_product(high[i], value, b1);
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i) {
    store_vector(c + i * c_row, low[i]);
    store_vector(c + i * c_row + lanes<T>, high[i]);
  }
}

/// The tile of `count` rows, at most `rows`.
template <class T, int rows = tile_rows>
void multiply_rows(Index count, Strided<T> a, Index depth, const T* panel, Start<Sum<T>> start,
                   Sum<T>* c, Index c_row) {
  if (count >= rows) return multiply_tile<T, rows>(a, depth, panel, start, c, c_row);
  if constexpr (rows > 1) multiply_rows<T, rows - 1>(count, a, depth, panel, start, c, c_row);
}

/// c = start + a b, with a [rows, depth] and b [depth, columns] laid out by pack_panels.
template <class T>
void multiply(Index rows, Index columns, Index depth, Strided<T> a, const T* panels,
              Start<Sum<T>> start, Sum<T>* c, Index c_row) {
  constexpr Index width = panel_width<T>;
  for (Index j = 0; j < columns; j += width, panels += depth * width) {
    const Index count = std::min(width, columns - j);
    for (Index i = 0; i < rows; i += tile_rows) {
      const Index height = std::min<Index>(tile_rows, rows - i);
      Sum<T>* to = c + i * c_row + j;
      const Start<Sum<T>> from = start.at(i, j);
      if (count == width) {
        multiply_rows<T>(height, a.at(i, 0), depth, panels, from, to, c_row);
        continue;
      }
      std::array<Sum<T>, tile_rows * width> edge{};
      if (from.data != nullptr)
        for (Index r = 0; r < height; ++r)
          std::copy_n(from.data + r * from.row, count, &edge[r * width]);
      multiply_rows<T>(height, a.at(i, 0), depth, panels, {edge.data(), width}, edge.data(), width);
      for (Index r = 0; r < height; ++r) std::copy_n(&edge[r * width], count, to + r * c_row);
    }
  }
}

/// c = a b, or c += a b.
template <class T>
void multiply(Index rows, Index columns, Index depth, Strided<T> a, const T* panels, Sum<T>* c,
              Index c_row, Write write) {
  const Start<Sum<T>> start = write == Write::add ? Start<Sum<T>>{c, c_row} : Start<Sum<T>>{};
  multiply<T>(rows, columns, depth, a, panels, start, c, c_row);
}

}  // namespace electra::cpu
