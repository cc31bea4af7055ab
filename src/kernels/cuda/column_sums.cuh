#pragma once

#include <array>

#include "kernels/cuda/reduce.cuh"

namespace electra::cuda {

/// Blocks that work on rows whose columns are summed: a constant, so that sums have the same bits
/// on every card.
inline constexpr Index most_partials = 256;

/// Where sums go: `count` destinations of one width.
template <int count>
struct ColumnTargets {
  float* targets[count];
  bool adds = true;
};

/// target[s][c] (+)= the sum over p of partials[p][s][c], in a fixed order.
template <int sums>
__global__ void __launch_bounds__(256)
    add_partials(const float* partials, int parts, int width, ColumnTargets<sums> to) {
  constexpr int groups = 8;
  __shared__ float shared[groups][warp_size];
  const int column = static_cast<int>(blockIdx.x) * warp_size + lane();
  const int which = static_cast<int>(blockIdx.y);
  const int group = warp();
  float sum = 0;
  if (column < width)
    for (int part = group; part < parts; part += groups)
      sum += partials[(static_cast<Index>(part) * sums + which) * width + column];
  shared[group][lane()] = sum;
  __syncthreads();
  if (group != 0 || column >= width) return;
  float total = 0;
#pragma unroll
  for (int i = 0; i < groups; ++i) total += shared[i][lane()];
#pragma unroll
  for (int s = 0; s < sums; ++s)
    if (s == which) to.targets[s][column] = to.adds ? to.targets[s][column] + total : total;
}

/// Adds partial sums [parts, sums, width] to their destinations.
template <int sums>
void finish_column_sums(CudaContext& context, std::string_view name, const float* partials,
                        Index parts, Index width, const ColumnTargets<sums>& to) {
  launch(context, name, {dim3(blocks_for(width, warp_size), sums), dim3(256)}, add_partials<sums>,
         partials, static_cast<int>(parts), static_cast<int>(width), to);
}

}  // namespace electra::cuda
