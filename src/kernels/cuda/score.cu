#include "electra/kernels/score.h"
#include "kernels/cuda/row_sums.cuh"

namespace electra {

namespace {

using cuda::LaneRow;

constexpr Index widest = 8192;

template <class T, class Row>
__global__ void __launch_bounds__(cuda::row_threads<Row>, cuda::resident_row_blocks<Row>())
    score_forward(const T* x, const T* weight, const float* bias, float* y, int rows, Row layout) {
  const int group = static_cast<int>(blockIdx.x) * cuda::row_warps<Row> + cuda::warp();
  if (group * Row::rows_per_warp >= rows) return;
  const LaneRow lane = cuda::lane_row<Row>(group, rows);
  const auto fetched = layout.fetch(x + static_cast<Index>(lane.row) * layout.size());
  float sum = 0;
  layout.each([&](int v, int column) {
    float values[Row::elements], weights[Row::elements];
    fetched.get(v, column, values);
    cuda::load(weight + column, weights);
#pragma unroll
    for (int e = 0; e < Row::elements; ++e) sum += values[e] * weights[e];
  });
  sum = layout.sum(sum);
  if (lane.own && cuda::lane() % Row::lanes == 0) y[lane.row] = *bias + sum;
}

/// What the backward reads of a row.
template <class Input>
struct ScoredRow {
  Input x;
  float dy;
};

/// Writes the sum over a block's rows of lanes of what each has. All threads take part, once.
template <class Row>
__device__ void store_rows_sum(float value, float* to) {
  constexpr int slots = cuda::summing_warps<Row>() * Row::rows_per_warp;
  __shared__ float shared[slots];
  if (cuda::lane() % Row::lanes == 0)
    shared[cuda::warp() * Row::rows_per_warp + cuda::lane() / Row::lanes] = value;
  __syncthreads();
  if (threadIdx.x != 0) return;
  float sum = 0;
#pragma unroll
  for (int slot = 0; slot < slots; ++slot) sum += shared[slot];
  *to = sum;
}

/// `partials` [blocks, width + 1]: of dweight, and of dbias behind it.
template <class T, class Row>
__global__ void __launch_bounds__(cuda::summing_threads<Row>, cuda::resident_summing_blocks)
    score_backward(const float* dy, const T* x, const T* weight, T* dx, bool adds, float* partials,
                   int rows, Row layout) {
  auto dweight = layout.values(0);
  cuda::clear(layout, dweight);
  float dbias = 0;
  const auto weights = layout.fetch(weight);
  const auto fetch = [&](int row) {
    const auto fetched = layout.fetch(x + static_cast<Index>(row) * layout.size());
    return ScoredRow<std::remove_const_t<decltype(fetched)>>{fetched, dy[row]};
  };
  cuda::each_row<Row>(rows, fetch, [&](const LaneRow& lane, const auto& row) {
    if (!lane.own) return;
    dbias += row.dy;
    layout.each([&](int v, int column) {
      T* to = dx + static_cast<Index>(lane.row) * layout.size() + column;
      float values[Row::elements], w[Row::elements], g[Row::elements] = {};
      row.x.get(v, column, values);
      weights.get(v, column, w);
      if (adds) cuda::load(to, g);
#pragma unroll
      for (int e = 0; e < Row::elements; ++e) {
        g[e] += w[e] * row.dy;
        dweight.vector(v)[e] += values[e] * row.dy;
      }
      cuda::store(g, to);
    });
  });
  float* to = partials + static_cast<Index>(blockIdx.x) * (layout.size() + 1);
  cuda::store_block_sum(layout, dweight, to);
  store_rows_sum<Row>(dbias, to + layout.size());
}

}  // namespace

void run_on(CudaContext& context, const ScoreForward& k) {
  const Index rows = k.x.rows();
  cuda::visit_activation(k.name, k.x.dtype(), [&]<class T>(T) {
    const auto launch = [&]<class Row>(const Row& row) {
      cuda::launch(context, k.name,
                   {cuda::blocks_for(rows, cuda::row_block<Row>), cuda::row_threads<Row>},
                   score_forward<T, Row>, k.x.data<T>(), k.weight.data<T>(), k.bias.data<float>(),
                   k.y.data<float>(), static_cast<int>(rows), row);
    };
    cuda::visit_row<T>(k.name, k.x.width(), cuda::aligned<float>(4, {k.x.raw(), k.weight.raw()}),
                       launch, widest);
  });
}

void run_on(CudaContext& context, const ScoreBackward& k) {
  const Index rows = k.x.rows();
  const Index width = k.x.width();
  if (rows == 0) return;
  cuda::visit_activation(k.name, k.x.dtype(), [&]<class T>(T) {
    const auto launch = [&]<class Row>(const Row& row) {
      const unsigned blocks = cuda::summing_blocks<Row>(rows);
      const cuda::SumTarget targets[] = {{k.dweight.data<float>(), width},
                                         {k.dbias.data<float>(), 1}};
      float* partials = cuda::partial_sums(context, blocks, targets);
      cuda::launch(context, k.name, {blocks, cuda::summing_threads<Row>, cuda::shared_for(row, 1)},
                   score_backward<T, Row>, k.dy.data<float>(), k.x.data<T>(), k.weight.data<T>(),
                   k.dx.view.data<T>(), k.dx.write == Write::add, partials, static_cast<int>(rows),
                   row);
    };
    const bool aligned = cuda::aligned<float>(4, {k.x.raw(), k.weight.raw(), k.dx.view.raw()});
    cuda::visit_row<T>(k.name, width, aligned, launch, widest);
  });
}

}  // namespace electra
