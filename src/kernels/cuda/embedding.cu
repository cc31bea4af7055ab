#include "electra/kernels/embedding.h"

#include "kernels/cuda/column_sums.cuh"
#include "kernels/cuda/norm_row.cuh"

namespace electra {

namespace {

using cuda::Moments;
using cuda::RowDropout;

template <class T>
struct Tables {
  const std::int32_t* ids;
  const std::int32_t* types;
  const T* word;
  const T* position;
  const T* type;
  int length;

  /// The rounded sum of the three rows.
  template <class Row, class Values>
  __device__ void gather(const Row& layout, int row, Values& x) const {
    const Index width = layout.size();
    const T* words = word + ids[row] * width;
    const T* positions = position + row % length * width;
    const T* kinds = type + types[row] * width;
    layout.each([&](int v, int column) {
      float a[Row::elements], b[Row::elements], c[Row::elements];
      cuda::load(words + column, a);
      cuda::load(positions + column, b);
      cuda::load(kinds + column, c);
#pragma unroll
      for (int e = 0; e < Row::elements; ++e) x.vector(v)[e] = cuda::rounded<T>(a[e] + b[e] + c[e]);
    });
  }
};

template <class T, class K>
Tables<T> tables_of(const K& k) {
  return {.ids = k.ids.template data<std::int32_t>(),
          .types = k.types.template data<std::int32_t>(),
          .word = k.word.template data<T>(),
          .position = k.position.template data<T>(),
          .type = k.type.template data<T>(),
          .length = static_cast<int>(k.ids.width())};
}

template <class T, class Row>
__global__ void __launch_bounds__(128)
    embedding_forward(Tables<T> tables, const float* gain, const float* bias, T* y, float* mean,
                      float* rstd, int rows, float epsilon, RowDropout dropout, Row layout) {
  const int row = static_cast<int>(blockIdx.x) * cuda::warps_per_block<Row> + cuda::warp();
  if (row >= rows) return;
  auto x = layout.values(0);
  tables.gather(layout, row, x);
  const Moments m = cuda::moments(layout, x, epsilon);
  T* to = y + static_cast<Index>(row) * layout.size();
  cuda::normalise(layout, x, m, gain, bias, [&](int, int column, auto& values) {
    dropout.apply(row, column, values);
    cuda::store(values, to + column);
  });
  if (cuda::lane() != 0) return;
  mean[row] = m.mean;
  rstd[row] = m.rstd;
}

template <class T, class Row>
__global__ void __launch_bounds__(128, 1)
    embedding_backward(const T* dy, Tables<T> tables, const float* gain, const float* mean,
                       const float* rstd, T* dx, float* partials, int rows, RowDropout dropout,
                       Row layout) {
  auto d = layout.values(0);
  auto x = layout.values(1);
  auto dgain = layout.values(2);
  auto dbias = layout.values(3);
  cuda::clear(layout, dgain);
  cuda::clear(layout, dbias);
  const auto [first, last] = cuda::rows_of_warp(rows, cuda::warps_per_block<Row>);
  for (int row = first; row < last; ++row) {
    const Index at = static_cast<Index>(row) * layout.size();
    layout.each([&](int v, int column) {
      float values[Row::elements];
      cuda::load(dy + at + column, values);
      dropout.apply(row, column, values);
#pragma unroll
      for (int e = 0; e < Row::elements; ++e) d.vector(v)[e] = values[e];
    });
    tables.gather(layout, row, x);
    cuda::norm_backward(layout, d, x, Moments{mean[row], rstd[row]}, gain, dgain, dbias,
                        [&](int, int column, auto& g) { cuda::store(g, dx + at + column); });
  }
  float* to = partials + static_cast<Index>(blockIdx.x) * 2 * layout.size();
  cuda::store_block_sum(layout, dgain, to);
  cuda::store_block_sum(layout, dbias, to + layout.size());
}

}  // namespace

void run_on(CudaContext& context, const EmbeddingForward& k) {
  cuda::visit_activation(k.name, k.word.dtype(), [&]<class T>(T) {
    const bool aligned =
        cuda::aligned<float>(4, {k.word.raw(), k.position.raw(), k.type.raw(), k.gain.raw(),
                                 k.bias.raw(), k.y.raw()});
    cuda::visit_row<T>(k.name, k.word.width(), aligned, [&]<class Row>(const Row& row) {
      constexpr int warps = cuda::warps_per_block<Row>;
      cuda::launch(context, k.name,
                   {cuda::blocks_for(k.ids.size(), warps), warps * cuda::warp_size,
                    cuda::shared_for(row, 1)},
                   embedding_forward<T, Row>, tables_of<T>(k), k.gain.data<float>(),
                   k.bias.data<float>(), k.y.data<T>(), k.mean.data<float>(),
                   k.rstd.data<float>(), static_cast<int>(k.ids.size()), k.epsilon,
                   cuda::row_dropout(k.random, k.dropout, k.ids.width(), k.word.width()), row);
    });
  });
}

void run_on(CudaContext& context, const EmbeddingBackward& k) {
  const Index rows = k.ids.size();
  const Index width = k.word.width();
  if (rows == 0) return;
  cuda::visit_activation(k.name, k.dy.dtype(), [&]<class T>(T) {
    const bool aligned =
        cuda::aligned<float>(4, {k.dy.raw(), k.word.raw(), k.position.raw(), k.type.raw(),
                                 k.gain.raw(), k.dx.raw()});
    cuda::visit_row<T>(k.name, width, aligned, [&]<class Row>(const Row& row) {
      constexpr int warps = cuda::warps_per_block<Row>;
      const unsigned blocks = cuda::summing_blocks<Row>(rows);
      auto* partials = cuda::partial_sums(context, blocks, width,
                                          {k.dgain.data<float>(), k.dbias.data<float>()});
      cuda::launch(context, k.name,
                   {blocks, warps * cuda::warp_size, cuda::shared_for(row, 4)},
                   embedding_backward<T, Row>, k.dy.data<T>(), tables_of<T>(k),
                   k.gain.data<float>(), k.mean.data<float>(), k.rstd.data<float>(),
                   k.dx.data<T>(), partials, static_cast<int>(rows),
                   cuda::row_dropout(k.random, k.dropout, k.ids.width(), width), row);
    });
  });
}

}  // namespace electra
