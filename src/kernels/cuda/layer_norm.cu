#include "electra/kernels/layer_norm.h"

#include "kernels/cuda/column_sums.cuh"
#include "kernels/cuda/norm_row.cuh"

namespace electra {

namespace {

using cuda::Moments;

template <class T, class Row>
__global__ void __launch_bounds__(128, 1)
    layer_norm_forward(const T* x, const float* gain, const float* bias, T* y, float* mean,
                       float* rstd, int rows, float epsilon, Row layout) {
  const int row =
      static_cast<int>(blockIdx.x) * cuda::warps_per_block<Row> + cuda::warp();
  if (row >= rows) return;
  const Index at = static_cast<Index>(row) * layout.size();
  auto values = layout.values(0);
  cuda::load_row(layout, x + at, values);
  const Moments m = cuda::moments(layout, values, epsilon);
  cuda::normalise(layout, values, m, gain, bias,
                  [&](int, int column, auto& to) { cuda::store(to, y + at + column); });
  if (cuda::lane() != 0) return;
  mean[row] = m.mean;
  rstd[row] = m.rstd;
}

template <class T, class Row>
__global__ void __launch_bounds__(128, 1)
    layer_norm_backward(const T* dy, const T* x, const float* gain, const float* mean,
                        const float* rstd, T* dx, bool adds, float* partials, int rows,
                        Row layout) {
  auto d = layout.values(0);
  auto values = layout.values(1);
  auto dgain = layout.values(2);
  auto dbias = layout.values(3);
  cuda::clear(layout, dgain);
  cuda::clear(layout, dbias);
  const auto [first, last] = cuda::rows_of_warp(rows, cuda::warps_per_block<Row>);
  for (int row = first; row < last; ++row) {
    const Index at = static_cast<Index>(row) * layout.size();
    cuda::load_row(layout, dy + at, d);
    cuda::load_row(layout, x + at, values);
    cuda::norm_backward(layout, d, values, Moments{mean[row], rstd[row]}, gain, dgain, dbias,
                        [&](int, int column, auto& g) {
                          T* to = dx + at + column;
                          if (adds) {
                            float before[Row::elements];
                            cuda::load(to, before);
#pragma unroll
                            for (int e = 0; e < Row::elements; ++e) g[e] += before[e];
                          }
                          cuda::store(g, to);
                        });
  }
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
      constexpr int warps = cuda::warps_per_block<Row>;
      cuda::launch(context, k.name,
                   {cuda::blocks_for(k.x.rows(), warps), warps * cuda::warp_size,
                    cuda::shared_for(row, 1)},
                   layer_norm_forward<T, Row>, k.x.data<T>(), k.gain.data<float>(),
                   k.bias.data<float>(), k.y.data<T>(), k.mean.data<float>(),
                   k.rstd.data<float>(), static_cast<int>(k.x.rows()), k.epsilon, row);
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
      constexpr int warps = cuda::warps_per_block<Row>;
      const unsigned blocks = cuda::summing_blocks<Row>(rows);
      auto* partials = cuda::partial_sums(context, blocks, width,
                                          {k.dgain.data<float>(), k.dbias.data<float>()});
      cuda::launch(context, k.name,
                   {blocks, warps * cuda::warp_size, cuda::shared_for(row, 4)},
                   layer_norm_backward<T, Row>, k.dy.data<T>(), k.x.data<T>(),
                   k.gain.data<float>(), k.mean.data<float>(), k.rstd.data<float>(),
                   k.dx.view.data<T>(), k.dx.write == Write::add, partials,
                   static_cast<int>(rows), row);
    });
  });
}

}  // namespace electra
