#include "electra/kernels/dropout_residual_norm.h"
#include "kernels/cuda/norm_row.cuh"
#include "kernels/cuda/row_sums.cuh"

namespace electra {

namespace {

using cuda::LaneRow;
using cuda::Moments;
using cuda::RowDropout;

template <class T, class Row>
__global__ void __launch_bounds__(cuda::row_threads<Row>, cuda::resident_row_blocks<Row>())
    dropout_residual_norm_forward(const T* x, const float* bias, const T* residual,
                                  const float* gain, const float* beta, T* sum, T* y, float* mean,
                                  float* rstd, int rows, float epsilon, RowDropout dropout,
                                  Row layout) {
  const int group = static_cast<int>(blockIdx.x) * cuda::row_warps<Row> + cuda::warp();
  if (group * Row::rows_per_warp >= rows) return;
  const LaneRow lane = cuda::lane_row<Row>(group, rows);
  const Index at = static_cast<Index>(lane.row) * layout.size();
  const auto fetched = layout.fetch(x + at);
  const auto residuals = layout.fetch(residual + at);
  auto values = layout.values(0);
  layout.each([&](int v, int column) {
    float s[Row::elements], r[Row::elements];
    fetched.get(v, column, s);
    residuals.get(v, column, r);
    if (bias != nullptr) {
      float b[Row::elements];
      cuda::load(bias + column, b);
#pragma unroll
      for (int e = 0; e < Row::elements; ++e) s[e] += b[e];
    }
    dropout.apply(lane.row, column, s);
#pragma unroll
    for (int e = 0; e < Row::elements; ++e) {
      s[e] = cuda::rounded<T>(s[e] + r[e]);
      values.vector(v)[e] = s[e];
    }
    if (lane.own) cuda::store(s, sum + at + column);
  });
  const Moments m = cuda::moments(layout, values, epsilon);
  cuda::normalise(layout, values, m, gain, beta, [&](int, int column, auto& to) {
    if (lane.own) cuda::store(to, y + at + column);
  });
  cuda::store_moments<Row>(lane, m, mean, rstd);
}

template <class T, class Row>
__global__ void __launch_bounds__(cuda::summing_threads<Row>, cuda::resident_summing_blocks)
    dropout_residual_norm_backward(const T* dy, const T* sum, const float* gain, const float* mean,
                                   const float* rstd, T* dresidual, T* dx, float* partials,
                                   int rows, RowDropout dropout, Row layout) {
  auto d = layout.values(0);
  auto values = layout.values(1);
  auto dgain = layout.values(2);
  auto dbeta = layout.values(3);
  auto dbias = layout.values(4);
  cuda::clear(layout, dgain);
  cuda::clear(layout, dbeta);
  cuda::clear(layout, dbias);
  const auto gains = layout.keep(gain);
  const auto fetch = [&](int row) {
    const Index at = static_cast<Index>(row) * layout.size();
    return cuda::norm_row(layout.fetch(dy + at), layout.fetch(sum + at),
                          Moments{mean[row], rstd[row]});
  };
  cuda::each_row<Row>(rows, fetch, [&](const LaneRow& lane, const auto& row) {
    const Index at = static_cast<Index>(lane.row) * layout.size();
    cuda::unpack(layout, row.dy, d);
    cuda::unpack(layout, row.x, values);
    cuda::norm_backward(layout, lane.own, d, values, row.moments, gains, dgain, dbeta,
                        [&](int v, int column, auto& g) {
                          cuda::store(g, dresidual + at + column);
                          dropout.apply(lane.row, column, g);
                          if (dx != nullptr) cuda::store(g, dx + at + column);
#pragma unroll
                          for (int e = 0; e < Row::elements; ++e) dbias.vector(v)[e] += g[e];
                        });
  });
  float* to = partials + static_cast<Index>(blockIdx.x) * 3 * layout.size();
  cuda::store_block_sum(layout, dgain, to);
  cuda::store_block_sum(layout, dbeta, to + layout.size());
  cuda::store_block_sum(layout, dbias, to + 2 * layout.size());
}

}  // namespace

void run_on(CudaContext& context, const DropoutResidualNormForward& k) {
  cuda::visit_activation(k.name, k.x.dtype(), [&]<class T>(T) {
    const bool aligned =
        cuda::aligned<float>(4, {k.x.raw(), k.bias.raw(), k.residual.raw(), k.gain.raw(),
                                 k.beta.raw(), k.sum.raw(), k.y.raw()});
    cuda::visit_row<T>(k.name, k.x.width(), aligned, [&]<class Row>(const Row& row) {
      cuda::launch(context, k.name,
                   {cuda::blocks_for(k.x.rows(), cuda::row_block<Row>), cuda::row_threads<Row>,
                    cuda::shared_for(row, 1)},
                   dropout_residual_norm_forward<T, Row>, k.x.data<T>(),
                   k.bias ? k.bias.data<float>() : nullptr, k.residual.data<T>(),
                   k.gain.data<float>(), k.beta.data<float>(), k.sum.data<T>(), k.y.data<T>(),
                   k.mean.data<float>(), k.rstd.data<float>(), static_cast<int>(k.x.rows()),
                   k.epsilon, cuda::row_dropout(k.random, k.dropout, k.rows, k.x.width()), row);
    });
  });
}

void run_on(CudaContext& context, const DropoutResidualNormBackward& k) {
  const Index rows = k.dy.rows();
  const Index width = k.dy.width();
  if (rows == 0) return;
  cuda::visit_activation(k.name, k.dy.dtype(), [&]<class T>(T) {
    const bool aligned = cuda::aligned<float>(
        4, {k.dy.raw(), k.sum.raw(), k.gain.raw(), k.dresidual.raw(), k.dx.raw()});
    cuda::visit_row<T>(k.name, width, aligned, [&]<class Row>(const Row& row) {
      const unsigned blocks = cuda::summing_blocks<Row>(rows);
      auto* partials =
          cuda::partial_sums(context, blocks, width,
                             {k.dgain.data<float>(), k.dbeta.data<float>(), k.dbias.data<float>()});
      cuda::launch(context, k.name, {blocks, cuda::summing_threads<Row>, cuda::shared_for(row, 5)},
                   dropout_residual_norm_backward<T, Row>, k.dy.data<T>(), k.sum.data<T>(),
                   k.gain.data<float>(), k.mean.data<float>(), k.rstd.data<float>(),
                   k.dresidual.data<T>(), k.dx ? k.dx.data<T>() : nullptr, partials,
                   static_cast<int>(rows), cuda::row_dropout(k.random, k.dropout, k.rows, width),
                   row);
    });
  });
}

}  // namespace electra
