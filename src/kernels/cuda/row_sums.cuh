#pragma once

#include "kernels/cuda/column_sums.cuh"
#include "kernels/cuda/row_layout.cuh"

namespace electra::cuda {

/// Warps of a block that works on many rows and sums their columns: more where a lane has few
/// columns, so that there are fewer partial sums.
template <class Row>
constexpr int summing_warps() {
  if constexpr (std::is_same_v<Row, AnyRow>)
    return 1;
  else
    return Row::count <= 8 ? 8 : 4;
}
template <class Row>
inline constexpr int summing_threads = summing_warps<Row>() * warp_size;

/// Such blocks on a multiprocessor, at least: the cards of most interest have 132 of them, so that
/// most_partials blocks all work at once.
inline constexpr int resident_summing_blocks = 2;

/// Blocks for `rows` rows whose columns are summed.
template <class Row>
[[nodiscard]] unsigned summing_blocks(Index rows) {
  constexpr Index rows_of_block = 2 * Row::rows_per_warp * summing_warps<Row>();
  const Index wanted = (rows + rows_of_block - 1) / rows_of_block;
  return static_cast<unsigned>(wanted < most_partials ? wanted : most_partials);
}

/// Calls use(LaneRow, fetched row) for the rows of this warp: a run of them, so that the grid alone
/// decides who adds what. While a row is used, fetch(row, what look(row) gave) reads the next, and
/// look reads what is to be known of the one behind it.
template <class Row, class Look, class Fetch, class Use>
__device__ void each_row(int rows, const Look& look, const Fetch& fetch, const Use& use) {
  const int groups = (rows + Row::rows_per_warp - 1) / Row::rows_per_warp;
  const int warps = static_cast<int>(gridDim.x) * summing_warps<Row>();
  const int each = (groups + warps - 1) / warps;
  const int first = (static_cast<int>(blockIdx.x) * summing_warps<Row>() + warp()) * each;
  const int last = first + each < groups ? first + each : groups;
  if (first >= last) return;
  const auto row_of = [&](int group) {
    return lane_row<Row>(group < last ? group : last - 1, rows).row;
  };
  auto next = fetch(row_of(first), look(row_of(first)));
  auto known = look(row_of(first + 1));
  for (int group = first; group < last; ++group) {
    const auto now = next;
    if (group + 1 < last) {
      next = fetch(row_of(group + 1), known);
      known = look(row_of(group + 2));
    }
    use(lane_row<Row>(group, rows), now);
  }
}

/// The same where nothing has to be known of a row before it is fetched.
template <class Row, class Fetch, class Use>
__device__ void each_row(int rows, const Fetch& fetch, const Use& use) {
  struct Nothing {};
  each_row<Row>(
      rows, [](int) { return Nothing{}; }, [&](int row, Nothing) { return fetch(row); }, use);
}

/// Sets a row of values to 0.
template <class Row, class Values>
__device__ void clear(const Row& row, Values& x) {
  row.each([&](int v, int) {
#pragma unroll
    for (int e = 0; e < Row::elements; ++e) x.vector(v)[e] = 0;
  });
}

/// Writes the sum over all rows of values that a block holds. All threads take part.
template <class Row, class Values>
__device__ void store_block_sum(const Row& row, Values& x, float* to) {
  if constexpr (std::is_same_v<Row, AnyRow>) {
    row.each([&](int v, int column) { to[column] = x.vector(v)[0]; });
  } else {
    constexpr int slots = summing_warps<Row>() * Row::rows_per_warp;
    __shared__ __align__(16) float shared[slots][Row::width];
    const int slot = warp() * Row::rows_per_warp + lane() / Row::lanes;
    row.each([&](int v, int column) { store(x.values[v], &shared[slot][column]); });
    __syncthreads();
    for (int column = static_cast<int>(threadIdx.x); column < Row::width;
         column += summing_threads<Row>) {
      float sum = 0;
#pragma unroll
      for (int s = 0; s < slots; ++s) sum += shared[s][column];
      to[column] = sum;
    }
    __syncthreads();
  }
}

}  // namespace electra::cuda
