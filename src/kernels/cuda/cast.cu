#include "electra/kernels/cast.h"

#include "kernels/cuda/column_strips.cuh"

namespace electra {

namespace {

constexpr int threads = 256;
constexpr int each = 4;  // elements a thread

template <class From, class To>
__global__ void __launch_bounds__(threads) cast(const From* x, To* y, Index size, bool aligned) {
  const Index at = (static_cast<Index>(blockIdx.x) * threads + threadIdx.x) * each;
  if (aligned && at + each <= size) {
    float values[each];
    cuda::load(x + at, values);
    cuda::store(values, y + at);
  } else {
    for (Index i = at; i < size && i < at + each; ++i) y[i] = cuda::narrow<To>(cuda::widen(x[i]));
  }
}

template <class T>
__global__ void __launch_bounds__(threads) fill(T* y, T value, Index size) {
  const Index at = static_cast<Index>(blockIdx.x) * threads + threadIdx.x;
  if (at < size) y[at] = value;
}

template <class T>
struct Rows {
  const T* x;

  template <int elements>
  __device__ void operator()(Index at, float (&values)[elements]) const {
    cuda::load(x + at, values);
  }
};

template <class T>
void fill_with(CudaContext& context, const Fill& k, T value) {
  cuda::launch(context, k.name, {cuda::blocks_for(k.y.size(), threads), threads}, fill<T>,
               k.y.data<T>(), value, k.y.size());
}

}  // namespace

void run_on(CudaContext& context, const Cast& k) {
  cuda::visit_activation(k.name, k.x.dtype(), [&]<class From>(From) {
    cuda::visit_activation(k.name, k.y.dtype(), [&]<class To>(To) {
      cuda::launch(context, k.name, {cuda::blocks_for(k.x.size(), threads * each), threads},
                   cast<From, To>, k.x.data<From>(), k.y.data<To>(), k.x.size(),
                   cuda::aligned<From>(each, {k.x.raw()}) && cuda::aligned<To>(each, {k.y.raw()}));
    });
  });
}

void run_on(CudaContext& context, const Fill& k) {
  if (k.y.dtype() == DType::i32)
    return fill_with(context, k, static_cast<std::int32_t>(k.value));
  cuda::visit_activation(k.name, k.y.dtype(), [&]<class T>(T) {
    if constexpr (std::is_same_v<T, float>)
      fill_with(context, k, static_cast<float>(k.value));
    else
      fill_with(context, k, to_bf16(static_cast<float>(k.value)));
  });
}

void run_on(CudaContext& context, const ColumnSum& k) {
  cuda::visit_activation(k.name, k.x.dtype(), [&]<class T>(T) {
    cuda::sum_columns<T>(context, k.name, k.x.rows(), k.x.width(),
                         cuda::aligned<float>(4, {k.x.raw()}), Rows<T>{k.x.data<T>()},
                         k.y.view.data<float>(), k.y.write);
  });
}

}  // namespace electra
