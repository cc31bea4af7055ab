#pragma once

#include "kernels/cuda/ptx.cuh"
#include "kernels/cuda/vector.cuh"

namespace electra::cuda {

/// A row of logits in vectors of 8 ids. Thread t of a block has the vectors t, t + threads, …;
/// those it may read after begin() and await().
template <class T>
struct RowInMemory {
  static constexpr int elements = 8;
  static constexpr int blocks = 2;  // a multiprocessor
  const T* logits;
  int vocabulary;
  bool aligned;  // to 16 bytes, and as wide as whole vectors

  __device__ int vectors() const { return (vocabulary + elements - 1) / elements; }
  __device__ void begin(int /*threads*/) const {}
  __device__ void await(int /*vector*/, int /*threads*/) const {}
  __device__ float at(int id) const { return widen(logits[id]); }

  /// -infinity beyond the vocabulary.
  __device__ void load(int vector, float (&values)[elements]) const {
    const int first = vector * elements;
    if (aligned) {
      cuda::load(logits + first, values);
    } else {
#pragma unroll
      for (int i = 0; i < elements; ++i) {
        if (first + i < vocabulary) values[i] = widen(logits[first + i]);
      }
    }
    hide_padding(first, vocabulary, values);
  }

  __device__ static void hide_padding(int first, int vocabulary, float (&values)[elements]) {
    if (first + elements <= vocabulary) return;
#pragma unroll
    for (int i = 0; i < elements; ++i)
      if (first + i >= vocabulary) values[i] = -INFINITY;
  }
};

/// The same, copied into shared memory while its first vectors are worked on: memory is read once.
template <class T>
struct RowOnChip {
  static constexpr int elements = RowInMemory<T>::elements;
  static constexpr int ahead = 4;  // vectors of a thread that are under way
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900 && __CUDA_ARCH__ < 1200
  static constexpr int blocks = 3;  // a multiprocessor: 60 KB a row of BERT's vocabulary in bf16
#else
  static constexpr int blocks = 2;
#endif
  const T* logits;
  int vocabulary;
  bool aligned;

  __device__ static T* held() {
    extern __shared__ uint4 vocabulary_row_shared[];
    return reinterpret_cast<T*>(vocabulary_row_shared);
  }
  __device__ int vectors() const { return (vocabulary + elements - 1) / elements; }
  __device__ void begin(int threads) const {
    for (int i = 0; i < ahead; ++i) copy(static_cast<int>(threadIdx.x) + i * threads);
  }
  __device__ void await(int vector, int threads) const {
    copy(vector + ahead * threads);
    ptx::wait_for_copies<ahead>();
  }
  __device__ float at(int id) const { return widen(held()[id]); }
  __device__ void load(int vector, float (&values)[elements]) const {
    cuda::load(held() + vector * elements, values);
    RowInMemory<T>::hide_padding(vector * elements, vocabulary, values);
  }

 private:
  __device__ void copy(int vector) const {
    constexpr int each = widest_access / static_cast<int>(sizeof(T));
    if (vector < vectors()) {
#pragma unroll
      for (int i = 0; i < elements; i += each)
        ptx::copy_async(ptx::shared_address(held() + vector * elements + i),
                        logits + vector * elements + i, widest_access);
    }
    ptx::commit_copies();
  }
};

}  // namespace electra::cuda
