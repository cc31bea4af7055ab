#include "electra/kernels/gelu.h"
#include "kernels/cuda/column_strips.cuh"
#include "kernels/math/gelu.h"

namespace electra {

namespace {

struct Erf {
  __device__ static float value(float x) { return math::gelu_erf(x); }
  __device__ static float slope(float x) { return math::gelu_erf_slope(x); }
};

struct Tanh {
  __device__ static float value(float x) { return math::gelu_tanh(x); }
  __device__ static float slope(float x) { return math::gelu_tanh_slope(x); }
};

constexpr int rows_each = 4;  // of a thread: all are read before the first is written

template <class Form, class T, int elements>
__global__ void __launch_bounds__(cuda::strip_threads)
    bias_gelu_forward(const T* x, const float* bias, T* y, cuda::Strip strip, int rows, int width) {
  const int column = (static_cast<int>(blockIdx.y) * strip.columns() + strip.x()) * elements;
  const int first = static_cast<int>(blockIdx.x) * strip.rows() * rows_each + strip.y();
  if (column >= width) return;
  const Index at = static_cast<Index>(first) * width + column;
  const Index stride = static_cast<Index>(strip.rows()) * width;
  cuda::Packed<T, elements> read[rows_each];
#pragma unroll
  for (int i = 0; i < rows_each; ++i)
    if (first + i * strip.rows() < rows)
      read[i] = cuda::Packed<T, elements>::from(x + at + i * stride);
  float b[elements];
  cuda::load(bias + column, b);
#pragma unroll
  for (int i = 0; i < rows_each; ++i) {
    if (first + i * strip.rows() >= rows) return;
    float v[elements];
    read[i].widen_to(v);
#pragma unroll
    for (int e = 0; e < elements; ++e) v[e] = Form::value(v[e] + b[e]);
    cuda::store(v, y + at + i * stride);
  }
}

/// One column of vectors of dx; its elements are what is summed.
template <class Form, class T, int elements>
struct BackwardColumn {
  struct Read {
    cuda::Packed<T, elements> dy, x;
  };
  const T* dy;
  const T* x;
  T* dx;
  float bias[elements];

  __device__ Read read(Index at) const {
    return {cuda::Packed<T, elements>::from(dy + at), cuda::Packed<T, elements>::from(x + at)};
  }
  __device__ void finish(const Read& read, Index at, float (&g)[elements]) const {
    float v[elements];
    read.dy.widen_to(g);
    read.x.widen_to(v);
#pragma unroll
    for (int e = 0; e < elements; ++e) g[e] *= Form::slope(v[e] + bias[e]);
    cuda::store(g, dx + at);
  }
};

template <class Form, class T>
struct Backward {
  const T* dy;
  const T* x;
  const float* bias;
  T* dx;

  template <int elements>
  __device__ BackwardColumn<Form, T, elements> of_column(int column) const {
    BackwardColumn<Form, T, elements> one{dy, x, dx, {}};
    cuda::load(bias + column, one.bias);
    return one;
  }
};

template <class Form, class T>
void forward(CudaContext& context, const BiasGeluForward& k) {
  const Index width = k.x.width();
  const bool aligned = cuda::aligned<float>(4, {k.x.raw(), k.bias.raw(), k.y.raw()});
  const cuda::Strip strip = cuda::strip_of<T>(width);
  cuda::visit_vector<T>(width, aligned, [&]<int elements>() {
    cuda::launch(context, k.name,
                 {dim3(cuda::blocks_for(k.x.rows(), strip.rows() * rows_each),
                       cuda::blocks_for(width, strip.columns() * elements)),
                  dim3(cuda::strip_threads)},
                 bias_gelu_forward<Form, T, elements>, k.x.data<T>(), k.bias.data<float>(),
                 k.y.data<T>(), strip, static_cast<int>(k.x.rows()), static_cast<int>(width));
  });
}

template <class Form, class T>
void backward(CudaContext& context, const BiasGeluBackward& k) {
  const bool aligned = cuda::aligned<float>(4, {k.dy.raw(), k.x.raw(), k.bias.raw(), k.dx.raw()});
  cuda::sum_columns<T>(
      context, k.name, k.dy.rows(), k.dy.width(), aligned,
      Backward<Form, T>{k.dy.data<T>(), k.x.data<T>(), k.bias.data<float>(), k.dx.data<T>()},
      k.dbias.data<float>(), Write::add);
}

}  // namespace

void run_on(CudaContext& context, const BiasGeluForward& kernel) {
  cuda::visit_activation(kernel.name, kernel.x.dtype(), [&]<class T>(T) {
    kernel.form == Gelu::erf ? forward<Erf, T>(context, kernel) : forward<Tanh, T>(context, kernel);
  });
}

void run_on(CudaContext& context, const BiasGeluBackward& kernel) {
  cuda::visit_activation(kernel.name, kernel.dy.dtype(), [&]<class T>(T) {
    kernel.form == Gelu::erf ? backward<Erf, T>(context, kernel)
                             : backward<Tanh, T>(context, kernel);
  });
}

}  // namespace electra
