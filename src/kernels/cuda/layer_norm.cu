#include "electra/kernels/layer_norm.h"
#include "kernels/cuda/norm_row.cuh"
#include "kernels/cuda/row_sums.cuh"

namespace electra {

namespace {

using cuda::LaneRow;
using cuda::Moments;

template <class T, class Row>
__global__ void __launch_bounds__(cuda::row_threads<Row>, cuda::resident_row_blocks<Row>())
    layer_norm_forward(const T* x, const float* gain, const float* bias, T* y, float* mean,
                       float* rstd, int rows, float epsilon, Row layout) {
  const int group = static_cast<int>(blockIdx.x) * cuda::row_warps<Row> + cuda::warp();
  if (group * Row::rows_per_warp >= rows) return;
  const LaneRow lane = cuda::lane_row<Row>(group, rows);
  const Index at = static_cast<Index>(lane.row) * layout.size();
  auto values = layout.values(0);
  cuda::unpack(layout, cuda::InMemory<T>{x + at}, values);
  const Moments m = cuda::moments(layout, values, epsilon);
  cuda::normalise(layout, values, m, gain, bias, [&](int, int column, auto& to) {
    if (lane.own) cuda::store(to, y + at + column);
  });
  cuda::store_moments<Row>(lane, m, mean, rstd);
}

template <class T, class Row>
__global__ void __launch_bounds__(cuda::summing_threads<Row>, cuda::resident_summing_blocks)
    layer_norm_backward(const T* dy, const T* x, const float* gain, const float* mean,
                        const float* rstd, T* dx, bool adds, float* partials, int rows,
                        Row layout) {
  auto d = layout.values(0);
  auto values = layout.values(1);
  auto dgain = layout.values(2);
  auto dbias = layout.values(3);
  cuda::clear(layout, dgain);
  cuda::clear(layout, dbias);
  const auto gains = layout.keep(gain);
  const auto fetch = [&](int row) {
    const Index at = static_cast<Index>(row) * layout.size();
    return cuda::norm_row(layout.fetch(dy + at), layout.fetch(x + at),
                          Moments{mean[row], rstd[row]});
  };
  cuda::each_row<Row>(rows, fetch, [&](const LaneRow& lane, const auto& row) {
    T* to = dx + static_cast<Index>(lane.row) * layout.size();
    cuda::unpack(layout, row.dy, d);
    cuda::unpack(layout, row.x, values);
    cuda::norm_backward(layout, lane.own, d, values, row.moments, gains, dgain, dbias,
                        [&](int, int column, auto& g) {
                          if (adds) {
                            float before[Row::elements];
                            cuda::load(to + column, before);
#pragma unroll
                            for (int e = 0; e < Row::elements; ++e) g[e] += before[e];
                          }
                          cuda::store(g, to + column);
                        });
  });
  float* to = partials + static_cast<Index>(blockIdx.x) * 2 * layout.size();
  cuda::store_block_sum(layout, dgain, to);
  cuda::store_block_sum(layout, dbias, to + layout.size());
}

}  // namespace

void run_on(CudaContext& context, const LayerNormForward& k) {
  cuda::visit_activation(k.name, k.x.dtype(), [&]<class T>(T) {
    const bool aligned =
        cuda::aligned<float>(4, {k.x.raw(), k.y.raw(), k.gain.raw(), k.bias.raw()});
    cuda::visit_row<T>(k.name, k.x.width(), aligned, [&]<class Row>(const Row& row) {
      cuda::launch(context, k.name,
                   {cuda::blocks_for(k.x.rows(), cuda::row_block<Row>), cuda::row_threads<Row>,
                    cuda::shared_for(row, 1)},
                   layer_norm_forward<T, Row>, k.x.data<T>(), k.gain.data<float>(),
                   k.bias.data<float>(), k.y.data<T>(), k.mean.data<float>(), k.rstd.data<float>(),
                   static_cast<int>(k.x.rows()), k.epsilon, row);
    });
  });
}

void run_on(CudaContext& context, const LayerNormBackward& k) {
  const Index rows = k.dy.rows();
  const Index width = k.dy.width();
  if (rows == 0) return;
  cuda::visit_activation(k.name, k.dy.dtype(), [&]<class T>(T) {
    const bool aligned =
        cuda::aligned<float>(4, {k.x.raw(), k.dy.raw(), k.gain.raw(), k.dx.view.raw()});
    cuda::visit_row<T>(k.name, width, aligned, [&]<class Row>(const Row& row) {
      const unsigned blocks = cuda::summing_blocks<Row>(rows);
      auto* partials = cuda::partial_sums(context, blocks, width,
                                          {k.dgain.data<float>(), k.dbias.data<float>()});
      cuda::launch(context, k.name, {blocks, cuda::summing_threads<Row>, cuda::shared_for(row, 4)},
                   layer_norm_backward<T, Row>, k.dy.data<T>(), k.x.data<T>(), k.gain.data<float>(),
                   k.mean.data<float>(), k.rstd.data<float>(), k.dx.view.data<T>(),
                   k.dx.write == Write::add, partials, static_cast<int>(rows), row);
    });
  });
}

}  // namespace electra
