#include "electra/kernels/pooling.h"
#include "kernels/cuda/column_strips.cuh"
#include "kernels/math/row_places.h"

namespace electra {

namespace {

using cuda::Strip;
using Places = math::RowPlaces<int>;

/// A column's sum over tokens; the order of the terms is always the same.
struct Sum {
  float total;

  __device__ static Sum none() { return {0}; }
  __device__ void take(float value, int /*place*/) { total += value; }
  __device__ void join(const Sum& other) { total += other.total; }
  __device__ float value_of(int tokens) const {
    return tokens > 0 ? total / static_cast<float>(tokens) : 0.0F;
  }
  __device__ int place() const { return -1; }
};

/// A column's largest value, the first among equals; NaN is above all.
struct Largest {
  float value;
  int at;  // its place; -1: there is none yet

  __device__ static Largest none() { return {0, -1}; }
  __device__ void take(float other, int place) {
    const bool is_nan = value != value, other_is_nan = other != other;
    const bool equal = is_nan ? other_is_nan : other == value;
    const bool above = !is_nan && (other_is_nan || other > value);
    if (at < 0 || above || (equal && place < at)) *this = {other, place};
  }
  __device__ void join(const Largest& other) {
    if (other.at >= 0) take(other.value, other.at);
  }
  __device__ float value_of(int /*tokens*/) const { return value; }
  __device__ int place() const { return at; }
};

struct Inputs {
  Places places;
  int most;  // tokens of a text that take part
  int width;
  Strip strip;
};

/// A block takes a strip of columns of a text; its threads share the tokens, then the columns.
template <class Pooled, class T, int elements>
__global__ void __launch_bounds__(cuda::strip_threads)
    pool_forward(const T* x, Inputs in, T* y, std::int32_t* places) {
  __shared__ Pooled shared[cuda::strip_threads * elements];
  const int text = static_cast<int>(blockIdx.x), length = in.places.length_of(text);
  const int tokens = length < in.most ? length : in.most;
  const int across = in.strip.columns() * elements;
  const int begin = static_cast<int>(blockIdx.y) * across;
  const int column = begin + in.strip.x() * elements;
  const T* from = x + static_cast<Index>(in.places.first_row(text)) * in.width + column;
  Pooled* own = shared + static_cast<int>(threadIdx.x) * elements;
  Pooled found[elements];
#pragma unroll
  for (int e = 0; e < elements; ++e) found[e] = Pooled::none();
  for (int place = in.strip.y(); place < tokens && column < in.width; place += in.strip.rows()) {
    float values[elements];
    cuda::load(from + static_cast<Index>(place) * in.width, values);
#pragma unroll
    for (int e = 0; e < elements; ++e) found[e].take(values[e], place);
  }
#pragma unroll
  for (int e = 0; e < elements; ++e) own[e] = found[e];
  __syncthreads();
  for (int c = static_cast<int>(threadIdx.x); c < across && begin + c < in.width;
       c += cuda::strip_threads) {
    Pooled all = Pooled::none();
    for (int i = 0; i < in.strip.rows(); ++i) all.join(shared[i * across + c]);
    const Index at = static_cast<Index>(text) * in.width + begin + c;
    y[at] = cuda::narrow<T>(all.value_of(tokens));
    if (places != nullptr) places[at] = all.place();
  }
}

template <class T>
struct Gradient {
  const T* dy;
  const std::int32_t* places;
  Pooling pooling;

  /// Of a token's vector, at an element of [batch, width].
  template <int elements>
  __device__ void get(Index at, int place, int tokens, float (&g)[elements]) const {
    cuda::load(dy + at, g);
#pragma unroll
    for (int e = 0; e < elements; ++e) {
      if (pooling == Pooling::mean) g[e] /= static_cast<float>(tokens);
      if (pooling == Pooling::cls && place > 0) g[e] = 0;
      if (pooling == Pooling::max && places[at + e] != place) g[e] = 0;
    }
  }
};

/// A thread writes a vector of dx.
template <class T, int elements>
__global__ void __launch_bounds__(cuda::strip_threads)
    pool_backward(Gradient<T> from, Inputs in, T* dx, bool adds, int rows) {
  const int row = static_cast<int>(blockIdx.x) * in.strip.rows() + in.strip.y();
  const int column = (static_cast<int>(blockIdx.y) * in.strip.columns() + in.strip.x()) * elements;
  if (row >= rows || column >= in.width) return;
  const int text = in.places.example_of(row), place = in.places.place_of(row);
  const int tokens = in.places.length_of(text);
  T* to = dx + static_cast<Index>(row) * in.width + column;
  float g[elements] = {};
  if (place < tokens) from.get(static_cast<Index>(text) * in.width + column, place, tokens, g);
  if (adds) {
    float before[elements];
    cuda::load(to, before);
#pragma unroll
    for (int e = 0; e < elements; ++e) g[e] += before[e];
  }
  cuda::store(g, to);
}

template <class T>
Inputs inputs_of(const TextRows& rows, Index width, Pooling pooling) {
  return {.places = math::row_places<int>(rows),
          .most = pooling == Pooling::cls ? 1 : static_cast<int>(rows.length),
          .width = static_cast<int>(width),
          .strip = cuda::strip_of<T>(width)};
}

/// [CLS] is the largest of one.
template <class Pooled, class T>
void forward(CudaContext& context, const PoolForward& k) {
  const Index width = k.x.width();
  const Inputs inputs = inputs_of<T>(k.rows, width, k.pooling);
  const bool aligned = cuda::aligned<T>(cuda::full_vector<T>, {k.x.raw()});
  cuda::visit_vector<T>(width, aligned, [&]<int elements>() {
    cuda::launch(context, k.name,
                 {dim3(cuda::blocks_for(k.rows.batch, 1),
                       cuda::blocks_for(width, inputs.strip.columns() * elements)),
                  dim3(cuda::strip_threads)},
                 pool_forward<Pooled, T, elements>, k.x.data<T>(), inputs, k.y.data<T>(),
                 k.places ? k.places.data<std::int32_t>() : nullptr);
  });
}

template <class T>
void backward(CudaContext& context, const PoolBackward& k) {
  const Index rows = k.rows.count(), width = k.dy.width();
  const Inputs inputs = inputs_of<T>(k.rows, width, k.pooling);
  const Gradient<T> gradient{.dy = k.dy.data<T>(),
                             .places = k.places ? k.places.data<std::int32_t>() : nullptr,
                             .pooling = k.pooling};
  const bool aligned = cuda::aligned<T>(cuda::full_vector<T>, {k.dy.raw(), k.dx.view.raw()});
  cuda::visit_vector<T>(width, aligned, [&]<int elements>() {
    cuda::launch(context, k.name,
                 {dim3(cuda::blocks_for(rows, inputs.strip.rows()),
                       cuda::blocks_for(width, inputs.strip.columns() * elements)),
                  dim3(cuda::strip_threads)},
                 pool_backward<T, elements>, gradient, inputs, k.dx.view.data<T>(),
                 k.dx.write == Write::add, static_cast<int>(rows));
  });
}

}  // namespace

void run_on(CudaContext& context, const PoolForward& k) {
  cuda::visit_activation(k.name, k.x.dtype(), [&]<class T>(T) {
    k.pooling == Pooling::mean ? forward<Sum, T>(context, k) : forward<Largest, T>(context, k);
  });
}

void run_on(CudaContext& context, const PoolBackward& k) {
  cuda::visit_activation(k.name, k.dy.dtype(), [&]<class T>(T) { backward<T>(context, k); });
}

}  // namespace electra
