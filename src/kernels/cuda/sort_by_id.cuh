#pragma once

#include <utility>

#include "kernels/cuda/launch.cuh"

namespace electra::cuda {

// Rows are sorted by id: blocks of 2,048 in shared memory, then merges of eight runs at a time.

inline constexpr int sort_threads = 1024;
inline constexpr int sorted_block = 2048;
inline constexpr int ways = 8;  // runs that are merged at once
inline constexpr int merge_threads = 128;

/// An id and the row that has it: sorting keys sorts ids, ties by row.
using Key = std::uint64_t;
inline constexpr Key last_key = ~Key{0};

__device__ inline int id_of(Key key) { return static_cast<int>(key >> 32U); }
__device__ inline Index row_of(Key key) { return static_cast<Index>(key & 0xffffffffU); }

/// Sorts blocks of keys (bitonic).
__global__ void __launch_bounds__(sort_threads)
    sort_blocks(const std::int32_t* ids, Key* keys, int rows) {
  __shared__ Key shared[sorted_block];
  const int base = static_cast<int>(blockIdx.x) * sorted_block;
  for (int i = static_cast<int>(threadIdx.x); i < sorted_block; i += sort_threads) {
    const int row = base + i;
    shared[i] = row < rows ? (static_cast<Key>(static_cast<std::uint32_t>(ids[row])) << 32U) |
                                 static_cast<Key>(static_cast<std::uint32_t>(row))
                           : last_key;
  }
  __syncthreads();
  for (int size = 2; size <= sorted_block; size *= 2)
    for (int stride = size / 2; stride > 0; stride /= 2) {
      for (int pair = static_cast<int>(threadIdx.x); pair < sorted_block / 2;
           pair += sort_threads) {
        const int low = 2 * pair - (pair & (stride - 1));
        const int high = low + stride;
        const bool ascending = (low & size) == 0;
        if ((shared[low] > shared[high]) == ascending) {
          const Key key = shared[low];
          shared[low] = shared[high];
          shared[high] = key;
        }
      }
      __syncthreads();
    }
  for (int i = static_cast<int>(threadIdx.x); i < sorted_block; i += sort_threads)
    if (base + i < rows) keys[base + i] = shared[i];
}

/// Merges neighbouring sorted runs, eight at a time, of `run` keys (a power of 2): a key's place is
/// the number of lower ones in all of them, found by bisection side by side.
__global__ void __launch_bounds__(merge_threads)
    merge_runs(const Key* from, Key* to, int rows, int run) {
  const int i = static_cast<int>(blockIdx.x) * merge_threads + static_cast<int>(threadIdx.x);
  if (i >= rows) return;
  const Key key = from[i];
  const int begin = i / (ways * run) * (ways * run);
  int lower[ways] = {};
  for (int step = run; step > 0; step /= 2)
#pragma unroll
    for (int way = 0; way < ways; ++way) {
      const int count = lower[way] + step;
      const int at = begin + way * run + count - 1;
      if (count <= run && at < rows && from[at] < key) lower[way] = count;
    }
  int place = begin;
#pragma unroll
  for (int way = 0; way < ways; ++way) place += lower[way];
  to[place] = key;
}

/// The keys of rows with these ids, sorted, in `keys` or `other`, which have room for all: returns
/// the one that holds them.
inline Key* sort_by_id(CudaContext& context, std::string_view name, const ConstTensorView& ids,
                       Key* keys, Key* other) {
  const auto rows = static_cast<int>(ids.size());
  launch(context, name, {blocks_for(rows, sorted_block), sort_threads}, sort_blocks,
         ids.data<std::int32_t>(), keys, rows);
  for (int run = sorted_block; run < rows; run *= ways) {
    launch(context, name, {blocks_for(rows, merge_threads), merge_threads}, merge_runs, keys, other,
           rows, run);
    std::swap(keys, other);
  }
  return keys;
}

}  // namespace electra::cuda
