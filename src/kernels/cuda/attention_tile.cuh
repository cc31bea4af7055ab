#pragma once

#include "electra/core/shape.h"
#include "kernels/cuda/ptx.cuh"
#include "kernels/cuda/reduce.cuh"

namespace electra::cuda::attention {

// Products on tensor cores for heads 64 wide. A block of four warps owns 64 rows, 16 a warp, and
// walks over tiles of 64 rows of the other operand. A tile's row is 128 bytes in shared memory,
// eight chunks of 16, each at its number XOR the row's, so that eight rows of one chunk lie in
// different banks.

inline constexpr int head_width = 64;
inline constexpr int tile_rows = 64;
inline constexpr int warps = 4;
inline constexpr int threads = warps * warp_size;
inline constexpr int warp_rows = tile_rows / warps;
inline constexpr int chunks = 8;  // of 8 elements, in a row
inline constexpr int tile_bytes = tile_rows * head_width * 2;
inline constexpr int column_tiles = tile_rows / 8;  // of a product, of 8 columns each

/// A tile in shared memory.
struct Tile {
  std::uint32_t base;

  __device__ std::uint32_t at(int row, int chunk) const {
    return base + static_cast<std::uint32_t>(row * head_width * 2 + ((chunk ^ (row & 7)) * 16));
  }
  /// Starts copying rows [first, first + 64); those from `last` on are 0.
  __device__ void copy(const bf16* rows, Index stride, int first, int last) const {
#pragma unroll
    for (int i = 0; i < tile_rows * chunks / threads; ++i) {
      const int piece = i * threads + static_cast<int>(threadIdx.x);
      const int row = piece / chunks;
      const int chunk = piece % chunks;
      const bool real = first + row < last;
      const bf16* from = rows + (real ? (first + row) * stride + chunk * 8 : 0);
      ptx::copy_async(at(row, chunk), from, real ? 16 : 0);
    }
  }
};

/// 16 rows by 16 `steps` columns, as the left operand of a product.
template <int steps = head_width / 16>
struct Left {
  std::uint32_t step[steps][4];

  /// The rows of this warp.
  __device__ static Left load(const Tile& tile) {
    Left left;
    const int row = warp() * warp_rows + lane() % 16;
#pragma unroll
    for (int s = 0; s < steps; ++s)
      ptx::load_matrices(tile.at(row, 2 * s + lane() / 16), left.step[s]);
    return left;
  }
};

/// 16 rows by 8 `tiles` columns of results: lane i holds, of column tile j, columns 8 j + 2 (i % 4)
/// and the next, of row i / 4 ([0], [1]) and of row i / 4 + 8 ([2], [3]).
template <int tiles = column_tiles>
struct Result {
  float tile[tiles][4];

  __device__ static Result zero() { return {}; }

  /// this += left times rows of a tile, from `first` on, transposed.
  template <int steps>
  __device__ void add_rows(const Left<steps>& left, const Tile& rows, int first = 0) {
    const int row = first + (lane() / 16) * 8 + lane() % 8;
    const int chunk = lane() / 8 % 2;
#pragma unroll
    for (int s = 0; s < steps; ++s)
#pragma unroll
      for (int j = 0; j < tiles; j += 2) {
        std::uint32_t b[4];
        ptx::load_matrices(rows.at(8 * j + row, 2 * s + chunk), b);
        ptx::multiply_add(left.step[s], b[0], b[1], tile[j]);
        ptx::multiply_add(left.step[s], b[2], b[3], tile[j + 1]);
      }
  }
  /// this += left times rows of a tile, from `first` on.
  template <int steps>
  __device__ void add_columns(const Left<steps>& left, const Tile& rows, int first = 0) {
#pragma unroll
    for (int s = 0; s < steps; ++s)
#pragma unroll
      for (int j = 0; j < tiles; j += 2) {
        std::uint32_t b[4];
        ptx::load_matrices_transposed(rows.at(first + 16 * s + lane() % 16, j + lane() / 16), b);
        ptx::multiply_add(left.step[s], b[0], b[1], tile[j]);
        ptx::multiply_add(left.step[s], b[2], b[3], tile[j + 1]);
      }
  }
  /// The same numbers, rounded, as a left operand.
  __device__ Left<tiles / 2> rounded() const {
    Left<tiles / 2> left;
#pragma unroll
    for (int s = 0; s < tiles / 2; ++s)
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        const float(&from)[4] = tile[2 * s + i / 2];
        left.step[s][i] = ptx::pack_bf16(from[2 * (i % 2)], from[2 * (i % 2) + 1]);
      }
    return left;
  }
  /// Writes rows [0, 16) of this warp, rounded, times `factors`, through a tile in shared memory
  /// that the warp may overwrite in its own rows. Rows at or beyond `rows` are not written.
  __device__ void store(const Tile& through, const float (&factors)[2], bf16* to, Index stride,
                        int rows) const {
    const int own = warp() * warp_rows;
    __syncwarp();
#pragma unroll
    for (int j = 0; j < tiles; ++j)
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        const std::uint32_t value = ptx::pack_bf16(tile[j][2 * half] * factors[half],
                                         tile[j][2 * half + 1] * factors[half]);
        const std::uint32_t address = through.at(own + lane() / 4 + 8 * half, j) +
                                      static_cast<std::uint32_t>(4 * (lane() % 4));
        ptx::store_shared(address, value);
      }
    __syncwarp();
#pragma unroll
    for (int i = 0; i < warp_rows * chunks / warp_size; ++i) {
      const int piece = i * warp_size + lane();
      const int row = piece / chunks;
      const int chunk = piece % chunks;
      if (row >= rows) continue;
      *reinterpret_cast<uint4*>(to + row * stride + chunk * 8) =
          ptx::load_shared(through.at(own + row, chunk));
    }
  }
};

/// The sum over the four lanes that hold a row.
__device__ inline float quad_sum(float value) {
  value += __shfl_xor_sync(whole_warp, value, 1);
  return value + __shfl_xor_sync(whole_warp, value, 2);
}

__device__ inline float quad_max(float value) {
  value = fmaxf(value, __shfl_xor_sync(whole_warp, value, 1));
  return fmaxf(value, __shfl_xor_sync(whole_warp, value, 2));
}

}  // namespace electra::cuda::attention
