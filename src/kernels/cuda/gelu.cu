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

constexpr int threads = 256;

template <class Form, class T, int elements>
__global__ void __launch_bounds__(threads)
    bias_gelu_forward(const T* x, const float* bias, T* y, Index vectors, int width) {
  const Index vector = static_cast<Index>(blockIdx.x) * threads + threadIdx.x;
  if (vector >= vectors) return;
  const Index at = vector * elements;
  float v[elements], b[elements];
  cuda::load(x + at, v);
  cuda::load(bias + at % width, b);
#pragma unroll
  for (int e = 0; e < elements; ++e) v[e] = Form::value(v[e] + b[e]);
  cuda::store(v, y + at);
}

template <class Form, class T>
struct Backward {
  const T* dy;
  const T* x;
  const float* bias;
  T* dx;
  int width;

  /// One vector of dx; its elements are what is summed.
  template <int elements>
  __device__ void operator()(Index at, float (&g)[elements]) const {
    float v[elements], b[elements];
    cuda::load(dy + at, g);
    cuda::load(x + at, v);
    cuda::load(bias + at % width, b);
#pragma unroll
    for (int e = 0; e < elements; ++e) g[e] *= Form::slope(v[e] + b[e]);
    cuda::store(g, dx + at);
  }
};

template <class Form, class T>
void forward(CudaContext& context, const BiasGeluForward& k) {
  const Index width = k.x.width();
  const bool aligned = cuda::aligned<float>(4, {k.x.raw(), k.bias.raw(), k.y.raw()});
  cuda::visit_vector<T>(width, aligned, [&]<int elements>() {
    const Index vectors = k.x.size() / elements;
    cuda::launch(context, k.name, {cuda::blocks_for(vectors, threads), threads},
                 bias_gelu_forward<Form, T, elements>, k.x.data<T>(),
                 k.bias.data<float>(), k.y.data<T>(), vectors, static_cast<int>(width));
  });
}

template <class Form, class T>
void backward(CudaContext& context, const BiasGeluBackward& k) {
  const bool aligned = cuda::aligned<float>(4, {k.dy.raw(), k.x.raw(), k.bias.raw(), k.dx.raw()});
  cuda::sum_columns<T>(context, k.name, k.dy.rows(), k.dy.width(), aligned,
                       Backward<Form, T>{k.dy.data<T>(), k.x.data<T>(), k.bias.data<float>(),
                                         k.dx.data<T>(), static_cast<int>(k.dy.width())},
                       {{k.dbias.data<float>()}});
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
