#include "electra/kernels/softmax.h"
#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/vector.cuh"

namespace electra {

namespace {

constexpr int threads = 128;

/// How rows are spread: `lanes` of a warp take a row, `vectors` vectors each.
template <int lanes_, int vectors_, int elements_>
struct Spread {
  static constexpr int lanes = lanes_;
  static constexpr int vectors = vectors_;
  static constexpr int elements = elements_;
  static constexpr int rows = threads / lanes;  // of a block

  __device__ static int row() {
    return static_cast<int>(blockIdx.x) * rows + static_cast<int>(threadIdx.x) / lanes;
  }
  __device__ static int lane() { return static_cast<int>(threadIdx.x) % lanes; }
  __device__ static int column(int vector) { return (vector * lanes + lane()) * elements; }

  __device__ static float sum(float value) {
#pragma unroll
    for (int offset = lanes / 2; offset > 0; offset /= 2)
      value += __shfl_xor_sync(cuda::whole_warp, value, offset);
    return value;
  }
  __device__ static float max(float value) {
#pragma unroll
    for (int offset = lanes / 2; offset > 0; offset /= 2)
      value = fmaxf(value, __shfl_xor_sync(cuda::whole_warp, value, offset));
    return value;
  }
};

/// Keys that a row attends to: those before the length, none for a query at or beyond it.
__device__ int keys_of_row(int row, int rows, const std::int32_t* lengths, int heads, int length) {
  if (row >= rows) return 0;
  const int keys = lengths[row / (heads * length)];
  const int clamped = keys < 0 ? 0 : keys < length ? keys : length;
  return row % length < clamped ? clamped : 0;
}

template <class S, class T>
__global__ void __launch_bounds__(threads)
    masked_softmax_forward(const T* x, const std::int32_t* lengths, T* y, int rows, int heads,
                           int length, float scale) {
  const int row = S::row();
  const int keys = keys_of_row(row, rows, lengths, heads, length);
  const Index at = static_cast<Index>(row) * length;
  float values[S::vectors][S::elements];
  float max = -INFINITY;
#pragma unroll
  for (int v = 0; v < S::vectors; ++v) {
    if (S::column(v) < keys) cuda::load(x + at + S::column(v), values[v]);
#pragma unroll
    for (int e = 0; e < S::elements; ++e) {
      values[v][e] = S::column(v) + e < keys ? scale * values[v][e] : -INFINITY;
      max = fmaxf(max, values[v][e]);
    }
  }
  max = S::max(max);
  float sum = 0;
#pragma unroll
  for (int v = 0; v < S::vectors; ++v)
#pragma unroll
    for (int e = 0; e < S::elements; ++e) {
      values[v][e] = S::column(v) + e < keys ? expf(values[v][e] - max) : 0.0F;
      sum += values[v][e];
    }
  const float inverse = 1.0F / S::sum(sum);
  if (row >= rows) return;
#pragma unroll
  for (int v = 0; v < S::vectors; ++v) {
    if (S::column(v) >= length) return;
#pragma unroll
    for (int e = 0; e < S::elements; ++e)
      values[v][e] = S::column(v) + e < keys ? values[v][e] * inverse : 0.0F;
    cuda::store(values[v], y + at + S::column(v));
  }
}

template <class S, class T>
__global__ void __launch_bounds__(threads)
    masked_softmax_backward(const T* dy, const T* y, const std::int32_t* lengths, T* dx, int rows,
                            int heads, int length, float scale) {
  const int row = S::row();
  const int keys = keys_of_row(row, rows, lengths, heads, length);
  const Index at = static_cast<Index>(row) * length;
  float gradients[S::vectors][S::elements], probabilities[S::vectors][S::elements];
  float shared = 0;
#pragma unroll
  for (int v = 0; v < S::vectors; ++v) {
    if (S::column(v) < keys) {
      cuda::load(dy + at + S::column(v), gradients[v]);
      cuda::load(y + at + S::column(v), probabilities[v]);
    }
#pragma unroll
    for (int e = 0; e < S::elements; ++e)
      if (S::column(v) + e < keys) shared += gradients[v][e] * probabilities[v][e];
  }
  shared = S::sum(shared);
  if (row >= rows) return;
#pragma unroll
  for (int v = 0; v < S::vectors; ++v) {
    if (S::column(v) >= length) return;
#pragma unroll
    for (int e = 0; e < S::elements; ++e)
      gradients[v][e] =
          S::column(v) + e < keys ? scale * probabilities[v][e] * (gradients[v][e] - shared) : 0.0F;
    cuda::store(gradients[v], dx + at + S::column(v));
  }
}

/// Rows of any length, a warp each, an element at a time: slow, and always right.
template <class T>
__global__ void __launch_bounds__(threads)
    any_softmax_forward(const T* x, const std::int32_t* lengths, T* y, int rows, int heads,
                        int length, float scale) {
  const int row = static_cast<int>(blockIdx.x) * (threads / cuda::warp_size) + cuda::warp();
  if (row >= rows) return;
  const int keys = keys_of_row(row, rows, lengths, heads, length);
  const T* from = x + static_cast<Index>(row) * length;
  T* to = y + static_cast<Index>(row) * length;
  float max = -INFINITY;
  for (int k = cuda::lane(); k < keys; k += cuda::warp_size)
    max = fmaxf(max, scale * cuda::widen(from[k]));
  max = cuda::warp_max(max);
  float sum = 0;
  for (int k = cuda::lane(); k < keys; k += cuda::warp_size)
    sum += expf(scale * cuda::widen(from[k]) - max);
  const float inverse = 1.0F / cuda::warp_sum(sum);
  for (int k = cuda::lane(); k < length; k += cuda::warp_size)
    to[k] = cuda::narrow<T>(k < keys ? expf(scale * cuda::widen(from[k]) - max) * inverse : 0.0F);
}

template <class T>
__global__ void __launch_bounds__(threads)
    any_softmax_backward(const T* dy, const T* y, const std::int32_t* lengths, T* dx, int rows,
                         int heads, int length, float scale) {
  const int row = static_cast<int>(blockIdx.x) * (threads / cuda::warp_size) + cuda::warp();
  if (row >= rows) return;
  const int keys = keys_of_row(row, rows, lengths, heads, length);
  const Index at = static_cast<Index>(row) * length;
  float shared = 0;
  for (int k = cuda::lane(); k < keys; k += cuda::warp_size)
    shared += cuda::widen(dy[at + k]) * cuda::widen(y[at + k]);
  shared = cuda::warp_sum(shared);
  for (int k = cuda::lane(); k < length; k += cuda::warp_size)
    dx[at + k] = cuda::narrow<T>(
        k < keys ? scale * cuda::widen(y[at + k]) * (cuda::widen(dy[at + k]) - shared) : 0.0F);
}

/// Calls held(Spread) with the spread that takes rows of this length, or any().
template <class T, class HeldBody, class AnyBody>
void visit_length(Index length, bool aligned, const HeldBody& held, const AnyBody& any) {
  constexpr int elements = cuda::widest_access / static_cast<int>(sizeof(T));
  const Index vectors = length / elements;
  if (!aligned || length % elements != 0) return any();
  if (vectors <= 16) return held(Spread<16, 1, elements>{});
  if (vectors <= 32) return held(Spread<32, 1, elements>{});
  if (vectors <= 64) return held(Spread<32, 2, elements>{});
  if constexpr (std::is_same_v<T, float>) {
    if (vectors <= 128) return held(Spread<32, 4, elements>{});
  }
  any();
}

}  // namespace

void run_on(CudaContext& context, const MaskedSoftmaxForward& k) {
  const Index rows = k.x.rows(), length = k.x.width();
  cuda::visit_activation(k.name, k.x.dtype(), [&]<class T>(T) {
    const auto run = [&](auto* kernel, int rows_per_block) {
      cuda::launch(context, k.name, {cuda::blocks_for(rows, rows_per_block), threads}, kernel,
                   k.x.data<T>(), k.lengths.data<std::int32_t>(), k.y.data<T>(),
                   static_cast<int>(rows), static_cast<int>(k.x.shape()[1]),
                   static_cast<int>(length), k.scale);
    };
    visit_length<T>(
        length, cuda::aligned<float>(4, {k.x.raw(), k.y.raw()}),
        [&]<class S>(S) { run(masked_softmax_forward<S, T>, S::rows); },
        [&] { run(any_softmax_forward<T>, threads / cuda::warp_size); });
  });
}

void run_on(CudaContext& context, const MaskedSoftmaxBackward& k) {
  const Index rows = k.dy.rows(), length = k.dy.width();
  cuda::visit_activation(k.name, k.dy.dtype(), [&]<class T>(T) {
    const auto run = [&](auto* kernel, int rows_per_block) {
      cuda::launch(context, k.name, {cuda::blocks_for(rows, rows_per_block), threads}, kernel,
                   k.dy.data<T>(), k.y.data<T>(), k.lengths.data<std::int32_t>(), k.dx.data<T>(),
                   static_cast<int>(rows), static_cast<int>(k.dy.shape()[1]),
                   static_cast<int>(length), k.scale);
    };
    visit_length<T>(
        length, cuda::aligned<float>(4, {k.dy.raw(), k.y.raw(), k.dx.raw()}),
        [&]<class S>(S) { run(masked_softmax_backward<S, T>, S::rows); },
        [&] { run(any_softmax_backward<T>, threads / cuda::warp_size); });
  });
}

}  // namespace electra
