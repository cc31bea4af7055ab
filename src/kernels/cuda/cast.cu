#include "electra/kernels/cast.h"
#include "kernels/cuda/launch.cuh"
#include "kernels/cuda/vector.cuh"

namespace electra {

namespace {

constexpr int threads = 256;
constexpr int each = 4;    // elements of a vector: 16 bytes on the wider side
constexpr int rounds = 4;  // vectors of a thread: all are read before the first is written
constexpr int per_block = threads * each * rounds;

template <class From, class To>
__global__ void __launch_bounds__(threads) cast(const From* x, To* y, Index size, bool aligned) {
  const Index block = static_cast<Index>(blockIdx.x) * per_block;
  const Index first = block + static_cast<Index>(threadIdx.x) * each;
  if (aligned && block + per_block <= size) {
    cuda::Packed<From, each> read[rounds];
#pragma unroll
    for (int i = 0; i < rounds; ++i)
      read[i] = cuda::Packed<From, each>::from(x + first + i * threads * each);
#pragma unroll
    for (int i = 0; i < rounds; ++i) {
      float values[each];
      read[i].widen_to(values);
      cuda::store(values, y + first + i * threads * each);
    }
  } else {
    for (Index i = block + threadIdx.x; i < size && i < block + per_block; i += threads)
      y[i] = cuda::narrow<To>(cuda::widen(x[i]));
  }
}

/// Vectors of equal elements, then the rest one at a time; from an odd address all of them.
template <class T>
__global__ void __launch_bounds__(threads) fill(T* y, T value, Index size, bool aligned) {
  constexpr int elements = cuda::widest_access / static_cast<int>(sizeof(T));
  const Index block = static_cast<Index>(blockIdx.x) * threads * elements;
  if (aligned && block + threads * elements <= size) {
    cuda::Parts<T, elements> parts;
#pragma unroll
    for (int i = 0; i < elements; ++i) parts.values[i] = value;
    reinterpret_cast<uint4*>(y + block)[threadIdx.x] = __builtin_bit_cast(uint4, parts);
  } else {
    for (Index i = block + threadIdx.x; i < size && i < block + threads * elements; i += threads)
      y[i] = value;
  }
}

template <class T>
void fill_with(CudaContext& context, const Fill& k, T value) {
  constexpr int elements = cuda::widest_access / static_cast<int>(sizeof(T));
  cuda::launch(context, k.name, {cuda::blocks_for(k.y.size(), threads * elements), threads},
               fill<T>, k.y.data<T>(), value, k.y.size(), cuda::aligned<T>(elements, {k.y.raw()}));
}

}  // namespace

void run_on(CudaContext& context, const Cast& k) {
  cuda::visit_activation(k.name, k.x.dtype(), [&]<class From>(From) {
    cuda::visit_activation(k.name, k.y.dtype(), [&]<class To>(To) {
      cuda::launch(context, k.name, {cuda::blocks_for(k.x.size(), per_block), threads},
                   cast<From, To>, k.x.data<From>(), k.y.data<To>(), k.x.size(),
                   cuda::aligned<From>(each, {k.x.raw()}) && cuda::aligned<To>(each, {k.y.raw()}));
    });
  });
}

void run_on(CudaContext& context, const Fill& k) {
  if (k.y.dtype() == DType::i32) return fill_with(context, k, static_cast<std::int32_t>(k.value));
  cuda::visit_activation(k.name, k.y.dtype(), [&]<class T>(T) {
    if constexpr (std::is_same_v<T, float>)
      fill_with(context, k, static_cast<float>(k.value));
    else
      fill_with(context, k, to_bf16(static_cast<float>(k.value)));
  });
}

}  // namespace electra
