#include "electra/kernels/dropout_residual_norm.h"

#include "kernels/cuda/column_sums.cuh"
#include "kernels/cuda/norm_row.cuh"

namespace electra {

namespace {

using cuda::Moments;
using cuda::RowDropout;

template <class T, class Row>
__global__ void __launch_bounds__(128, 1)
    dropout_residual_norm_forward(const T* x, const float* bias, const T* residual,
                                  const float* gain, const float* beta, T* sum, T* y, float* mean,
                                  float* rstd, int rows, float epsilon, RowDropout dropout,
                                  Row layout) {
  const int row =
      static_cast<int>(blockIdx.x) * cuda::warps_per_block<Row> + cuda::warp();
  if (row >= rows) return;
  const Index at = static_cast<Index>(row) * layout.size();
  auto values = layout.values(0);
  layout.each([&](int v, int column) {
    float s[Row::elements], r[Row::elements];
    cuda::load(x + at + column, s);
    cuda::load(residual + at + column, r);
    if (bias != nullptr) {
      float b[Row::elements];
      cuda::load(bias + column, b);
#pragma unroll
      for (int e = 0; e < Row::elements; ++e) s[e] += b[e];
    }
    dropout.apply(row, column, s);
#pragma unroll
    for (int e = 0; e < Row::elements; ++e) {
      s[e] = cuda::rounded<T>(s[e] + r[e]);
      values.vector(v)[e] = s[e];
    }
    cuda::store(s, sum + at + column);
  });
  const Moments m = cuda::moments(layout, values, epsilon);
  cuda::normalise(layout, values, m, gain, beta,
                  [&](int, int column, auto& to) { cuda::store(to, y + at + column); });
  if (cuda::lane() != 0) return;
  mean[row] = m.mean;
  rstd[row] = m.rstd;
}

template <class T, class Row>
__global__ void __launch_bounds__(128, 1)
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
  const auto [first, last] = cuda::rows_of_warp(rows, cuda::warps_per_block<Row>);
  for (int row = first; row < last; ++row) {
    const Index at = static_cast<Index>(row) * layout.size();
    cuda::load_row(layout, dy + at, d);
    cuda::load_row(layout, sum + at, values);
    cuda::norm_backward(layout, d, values, Moments{mean[row], rstd[row]}, gain, dgain, dbeta,
                        [&](int v, int column, auto& g) {
                          cuda::store(g, dresidual + at + column);
                          dropout.apply(row, column, g);
                          if (dx != nullptr) cuda::store(g, dx + at + column);
#pragma unroll
                          for (int e = 0; e < Row::elements; ++e) dbias.vector(v)[e] += g[e];
                        });
  }
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
      constexpr int warps = cuda::warps_per_block<Row>;
      cuda::launch(context, k.name,
                   {cuda::blocks_for(k.x.rows(), warps), warps * cuda::warp_size,
                    cuda::shared_for(row, 1)},
                   dropout_residual_norm_forward<T, Row>, k.x.data<T>(),
                   k.bias ? k.bias.data<float>() : nullptr, k.residual.data<T>(),
                   k.gain.data<float>(), k.beta.data<float>(), k.sum.data<T>(), k.y.data<T>(),
                   k.mean.data<float>(), k.rstd.data<float>(), static_cast<int>(k.x.rows()),
                   k.epsilon,
                   cuda::row_dropout(k.random, k.dropout, k.length, k.x.width()), row);
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
      constexpr int warps = cuda::warps_per_block<Row>;
      const unsigned blocks = cuda::summing_blocks<Row>(rows);
      auto* partials = cuda::partial_sums(
          context, blocks, width,
          {k.dgain.data<float>(), k.dbeta.data<float>(), k.dbias.data<float>()});
      cuda::launch(context, k.name,
                   {blocks, warps * cuda::warp_size, cuda::shared_for(row, 5)},
                   dropout_residual_norm_backward<T, Row>, k.dy.data<T>(), k.sum.data<T>(),
                   k.gain.data<float>(), k.mean.data<float>(), k.rstd.data<float>(),
                   k.dresidual.data<T>(), k.dx ? k.dx.data<T>() : nullptr, partials,
                   static_cast<int>(rows),
                   cuda::row_dropout(k.random, k.dropout, k.length, width), row);
    });
  });
}

}  // namespace electra
