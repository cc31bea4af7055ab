#pragma once

#include "electra/core/shape.h"
#include "kernels/cuda/ptx.cuh"
#include "kernels/cuda/reduce.cuh"

namespace electra::cuda::attention {

// Products on tensor cores for heads 64 wide. A warp owns 16 rows, and its block walks over tiles
// of the other operand's. A tile's row is 128 bytes in shared memory, eight chunks of 16, each at
// its number XOR the row's, so that eight rows of one chunk lie in different banks.

inline constexpr float log2_e = 1.44269504088896340736F;

inline constexpr int head_width = 64;
inline constexpr int tile_rows = 64;  // of a block, if it is not said otherwise
inline constexpr int warps = 4;
inline constexpr int threads = warps * warp_size;
inline constexpr int warp_rows = tile_rows / warps;
inline constexpr int chunks = 8;  // of 8 elements, in a row
inline constexpr int row_bytes = head_width * 2;
inline constexpr int tile_bytes = tile_rows * row_bytes;
inline constexpr int column_tiles = tile_rows / 8;  // of a product, of 8 columns each

/// A tile in shared memory.
struct Tile {
  std::uint32_t base;

  __device__ std::uint32_t at(int row, int chunk) const {
    return base + static_cast<std::uint32_t>(row * row_bytes + ((chunk ^ (row & 7)) * 16));
  }
  /// From the address of a chunk to that of the chunk whose number differs in these bits.
  __device__ static std::uint32_t across(std::uint32_t address, int bits) {
    return address ^ static_cast<std::uint32_t>(bits * 16);
  }
  /// From an address to that of the same chunk `rows` below, a multiple of 8.
  __device__ static std::uint32_t below(std::uint32_t address, int rows) {
    return address + static_cast<std::uint32_t>(rows * row_bytes);
  }
  /// Starts copying rows [first, first + count), by `copying` threads; those from `last` on are 0.
  template <int count = tile_rows, int copying = threads>
  __device__ void copy(const bf16* rows, int stride, int first, int last) const {
    static_assert(count * chunks % copying == 0);
    const int thread = ptx::thread_read_anew();
#pragma unroll
    for (int i = 0; i < count * chunks / copying; ++i) {
      const int piece = i * copying + thread;
      const int row = piece / chunks;
      const int chunk = piece % chunks;
      const bool real = first + row < last;
      const bf16* from = rows + (real ? (first + row) * stride + chunk * 8 : 0);
      ptx::copy_async(at(row, chunk), from, real ? 16 : 0);
    }
  }
};

/// Where a block's tiles begin in shared memory: a multiple of 1,024, which Tile::across relies on.
__device__ inline std::uint32_t tiles_in(const void* shared) {
  const std::uint32_t base = ptx::shared_address(shared);
#ifndef NDEBUG  // the emulator's build, too
  if (base % 1024 != 0) __trap();
#endif
  return base;
}

/// Columns [16 s, 16 s + 16) of this warp's rows of a tile, as the left operand of a product.
__device__ inline void load_left(const Tile& tile, int s, std::uint32_t (&to)[4]) {
  const std::uint32_t first = tile.at(warp() * warp_rows + lane() % 16, lane() / 16);
  ptx::load_matrices(Tile::across(first, 2 * s), to);
}

/// 16 rows by 16 `steps` columns, as the left operand of a product.
template <int steps = head_width / 16>
struct Left {
  std::uint32_t step[steps][4];

  /// The rows of this warp.
  __device__ static Left load(const Tile& tile) {
    Left left;
#pragma unroll
    for (int s = 0; s < steps; ++s) load_left(tile, s, left.step[s]);
    return left;
  }
};

/// 16 rows by 8 `tiles` columns of results: lane i holds, of column tile j, columns 8 j + 2 (i % 4)
/// and the next, of row i / 4 ([0], [1]) and of row i / 4 + 8 ([2], [3]).
template <int tiles = column_tiles>
struct Result {
  float tile[tiles][4];

  /// this += left times rows of a tile, transposed.
  template <int steps>
  __device__ void add_rows(const Left<steps>& left, const Tile& rows) {
#pragma unroll
    for (int s = 0; s < steps; ++s) add_rows(left.step[s], rows, s);
  }
  /// The same; left are this warp's rows of a tile, which need not be kept in registers.
  __device__ void add_rows(const Tile& left, const Tile& rows) {
#pragma unroll
    for (int s = 0; s < head_width / 16; ++s) {
      std::uint32_t a[4];
      load_left(left, s, a);
      add_rows(a, rows, s);
    }
  }
  /// this += left times rows of a tile.
  template <int steps>
  __device__ void add_columns(const Left<steps>& left, const Tile& rows) {
#pragma unroll
    for (int s = 0; s < steps; ++s) add_columns(left.step[s], rows, s);
  }
  /// this += a times rows [16 s, 16 s + 16) of a tile, of its columns from chunk `first` on, which
  /// is a multiple of the chunks taken.
  __device__ void add_columns(const std::uint32_t (&a)[4], const Tile& rows, int s, int first = 0) {
    const std::uint32_t start = rows.at(lane() % 16, first + lane() / 16);
#pragma unroll
    for (int j = 0; j < tiles; j += 2) {
      std::uint32_t b[4];
      ptx::load_matrices_transposed(Tile::below(Tile::across(start, j), 16 * s), b);
      multiply_add(a, b, j);
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
  __device__ void store(const Tile& through, const float (&factors)[2], bf16* to, int stride,
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

 private:
  __device__ void multiply_add(const std::uint32_t (&a)[4], const std::uint32_t (&b)[4], int j) {
    ptx::multiply_add(a, b[0], b[1], tile[j]);
    ptx::multiply_add(a, b[2], b[3], tile[j + 1]);
  }
  /// this += a times columns [16 s, 16 s + 16) of a tile's rows, transposed.
  __device__ void add_rows(const std::uint32_t (&a)[4], const Tile& rows, int s) {
    const std::uint32_t start = rows.at((lane() / 16) * 8 + lane() % 8, lane() / 8 % 2);
#pragma unroll
    for (int j = 0; j < tiles; j += 2) {
      std::uint32_t b[4];
      ptx::load_matrices(Tile::below(Tile::across(start, 2 * s), 8 * j), b);
      multiply_add(a, b, j);
    }
  }
};

/// Scores of columns at or beyond `last` become -infinity: keys that are no tokens. Columns are
/// keys from `first` on.
template <int tiles>
__device__ void hide_columns(Result<tiles>& scores, int first, int last) {
  if (first + 8 * tiles <= last) return;
#pragma unroll
  for (int j = 0; j < tiles; ++j)
#pragma unroll
    for (int i = 0; i < 4; ++i)
      if (first + 8 * j + 2 * (lane() % 4) + i % 2 >= last) scores.tile[j][i] = -INFINITY;
}

/// The same of the rows, keys from `first` on in each warp.
template <int tiles>
__device__ void hide_rows(Result<tiles>& scores, int first, int last) {
  if (first + warp_rows <= last) return;
#pragma unroll
  for (int half = 0; half < 2; ++half)
    if (first + lane() / 4 + 8 * half >= last)
#pragma unroll
      for (int j = 0; j < tiles; ++j)
        scores.tile[j][2 * half] = scores.tile[j][2 * half + 1] = -INFINITY;
}

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
