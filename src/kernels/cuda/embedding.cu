#include "electra/kernels/embedding.h"
#include "kernels/cuda/norm_row.cuh"
#include "kernels/cuda/row_sums.cuh"

namespace electra {

namespace {

using cuda::LaneRow;
using cuda::Moments;
using cuda::RowDropout;
using cuda::RowPlaces;

/// The rows of the tables that one token names.
template <class Part>
struct Gathered {
  Part word, position, type;

  /// Their rounded sum.
  template <class T, class Row, class Values>
  __device__ void add_up(const Row& layout, Values& x) const {
    layout.each([&](int v, int column) {
      float a[Row::elements], b[Row::elements], c[Row::elements];
      word.get(v, column, a);
      position.get(v, column, b);
      type.get(v, column, c);
#pragma unroll
      for (int e = 0; e < Row::elements; ++e) x.vector(v)[e] = cuda::rounded<T>(a[e] + b[e] + c[e]);
    });
  }
};

struct Token {
  int id, type;
  int place;  // of a packed text: read early, as the address of its position waits for it
};

template <class T>
struct Tables {
  const std::int32_t* ids;
  const std::int32_t* types;
  const T* word;
  const T* position;
  const T* type;
  RowPlaces places;

  __device__ Token token(int row) const {
    return {ids[row], types[row], places.packed() ? places.place_of(row) : 0};
  }
  template <class Row>
  __device__ auto fetch(const Row& layout, int row, Token token) const {
    const Index width = layout.size();
    const int place = places.packed() ? token.place : places.place_of(row);
    const auto words = layout.fetch(word + token.id * width);
    return Gathered<std::remove_const_t<decltype(words)>>{
        words, layout.fetch(position + place * width), layout.fetch(type + token.type * width)};
  }
};

template <class T, class K>
Tables<T> tables_of(const K& k) {
  return {.ids = k.ids.template data<std::int32_t>(),
          .types = k.types.template data<std::int32_t>(),
          .word = k.word.template data<T>(),
          .position = k.position.template data<T>(),
          .type = k.type.template data<T>(),
          .places = math::row_places<int>(k.rows)};
}

template <class T, class Row>
__global__ void __launch_bounds__(cuda::row_threads<Row>, cuda::resident_row_blocks<Row>())
    embedding_forward(Tables<T> tables, const float* gain, const float* bias, T* y, float* mean,
                      float* rstd, int rows, float epsilon, RowDropout dropout, Row layout) {
  const int group = static_cast<int>(blockIdx.x) * cuda::row_warps<Row> + cuda::warp();
  if (group * Row::rows_per_warp >= rows) return;
  const LaneRow lane = cuda::lane_row<Row>(group, rows);
  auto x = layout.values(0);
  tables.fetch(layout, lane.row, tables.token(lane.row)).template add_up<T>(layout, x);
  const Moments m = cuda::moments(layout, x, epsilon);
  T* to = y + static_cast<Index>(lane.row) * layout.size();
  cuda::normalise(layout, x, m, gain, bias, [&](int, int column, auto& values) {
    dropout.apply(lane.row, column, values);
    if (lane.own) cuda::store(values, to + column);
  });
  cuda::store_moments<Row>(lane, m, mean, rstd);
}

template <class T, class Row, bool packed>
__global__ void __launch_bounds__(cuda::summing_threads<Row>,
                                  cuda::resident_summing_blocks - packed)
    embedding_backward(const T* dy, Tables<T> tables, const float* gain, const float* mean,
                       const float* rstd, T* dx, float* partials, int rows, RowDropout dropout,
                       Row layout) {
  cuda::expect_form<packed>(tables.places);
  cuda::expect_form<packed>(dropout.places);
  auto d = layout.values(0);
  auto x = layout.values(1);
  auto dgain = layout.values(2);
  auto dbias = layout.values(3);
  cuda::clear(layout, dgain);
  cuda::clear(layout, dbias);
  const auto gains = layout.keep(gain);
  const auto fetch = [&](int row, Token token) {
    return cuda::norm_row(layout.fetch(dy + static_cast<Index>(row) * layout.size()),
                          tables.fetch(layout, row, token), Moments{mean[row], rstd[row]});
  };
  cuda::each_row<Row>(
      rows, [&](int row) { return tables.token(row); }, fetch,
      [&](const LaneRow& lane, const auto& row) {
        const auto start = dropout.start_of(lane.row);
        layout.each([&](int v, int column) {
          float values[Row::elements];
          row.dy.get(v, column, values);
          dropout.apply(start, column, values);
#pragma unroll
          for (int e = 0; e < Row::elements; ++e) d.vector(v)[e] = values[e];
        });
        row.x.template add_up<T>(layout, x);
        T* to = dx + static_cast<Index>(lane.row) * layout.size();
        cuda::norm_backward(layout, lane.own, d, x, row.moments, gains, dgain, dbias,
                            [&](int, int column, auto& g) { cuda::store(g, to + column); });
      });
  float* to = partials + static_cast<Index>(blockIdx.x) * 2 * layout.size();
  cuda::store_block_sum(layout, dgain, to);
  cuda::store_block_sum(layout, dbias, to + layout.size());
}

}  // namespace

void run_on(CudaContext& context, const EmbeddingForward& k) {
  cuda::visit_activation(k.name, k.word.dtype(), [&]<class T>(T) {
    const bool aligned = cuda::aligned<float>(
        4, {k.word.raw(), k.position.raw(), k.type.raw(), k.gain.raw(), k.bias.raw(), k.y.raw()});
    cuda::visit_row<T>(k.name, k.word.width(), aligned, [&]<class Row>(const Row& row) {
      cuda::launch(context, k.name,
                   {cuda::blocks_for(k.ids.size(), cuda::row_block<Row>), cuda::row_threads<Row>,
                    cuda::shared_for(row, 1)},
                   embedding_forward<T, Row>, tables_of<T>(k), k.gain.data<float>(),
                   k.bias.data<float>(), k.y.data<T>(), k.mean.data<float>(), k.rstd.data<float>(),
                   static_cast<int>(k.ids.size()), k.epsilon,
                   cuda::row_dropout(k.random, k.dropout, k.rows, k.word.width()), row);
    });
  });
}

void run_on(CudaContext& context, const EmbeddingBackward& k) {
  const Index rows = k.ids.size();
  const Index width = k.word.width();
  if (rows == 0) return;
  cuda::visit_activation(k.name, k.dy.dtype(), [&]<class T>(T) {
    const bool aligned = cuda::aligned<float>(
        4, {k.dy.raw(), k.word.raw(), k.position.raw(), k.type.raw(), k.gain.raw(), k.dx.raw()});
    cuda::visit_row<T>(k.name, width, aligned, [&]<class Row>(const Row& row) {
      const unsigned blocks = cuda::summing_blocks<Row>(rows);
      auto* partials = cuda::partial_sums(context, blocks, width,
                                          {k.dgain.data<float>(), k.dbias.data<float>()});
      cuda::visit_form(k.rows, [&]<bool packed>() {
        cuda::launch(context, k.name,
                     {blocks, cuda::summing_threads<Row>, cuda::shared_for(row, 4)},
                     embedding_backward<T, Row, packed>, k.dy.data<T>(), tables_of<T>(k),
                     k.gain.data<float>(), k.mean.data<float>(), k.rstd.data<float>(),
                     k.dx.data<T>(), partials, static_cast<int>(rows),
                     cuda::row_dropout(k.random, k.dropout, k.rows, width), row);
      });
    });
  });
}

}  // namespace electra
