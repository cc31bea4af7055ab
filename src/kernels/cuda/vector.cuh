#pragma once

#include <cuda_bf16.h>

#include <cstdint>
#include <type_traits>

#include "electra/core/shape.h"

namespace electra::cuda {

/// The integer type that moves this many bytes in one access.
template <int bytes>
using Moved = std::conditional_t<
    bytes == 16, uint4,
    std::conditional_t<bytes == 8, uint2,
                       std::conditional_t<bytes == 4, std::uint32_t, std::uint16_t>>>;

/// The most bytes that one access moves.
inline constexpr int widest_access = 16;

template <class T, int count>
struct Parts {
  T values[count];
};

__device__ inline float widen(float value) { return value; }
__device__ inline float widen(bf16 value) { return to_float(value); }

template <class T>
__device__ T narrow(float value) {
  if constexpr (std::is_same_v<T, float>)
    return value;
  else
    return {__bfloat16_as_ushort(__float2bfloat16_rn(value))};
}

/// What a T holds of a value.
template <class T>
__device__ float rounded(float value) {
  return widen(narrow<T>(value));
}

/// `count` consecutive elements; `from` is aligned to them, or to 16 bytes if they take more.
template <int count, class T>
__device__ void load(const T* from, float (&to)[count]) {
  constexpr int bytes = count * static_cast<int>(sizeof(T));
  constexpr int step = bytes < widest_access ? bytes : widest_access;
  constexpr int each = step / static_cast<int>(sizeof(T));
#pragma unroll
  for (int first = 0; first < count; first += each) {
    const auto whole = *reinterpret_cast<const Moved<step>*>(from + first);
    static_assert(sizeof(Parts<T, each>) == step);  // else nvcc 12 does not know the size
    const auto parts = __builtin_bit_cast(Parts<T, each>, whole);
#pragma unroll
    for (int i = 0; i < each; ++i) to[first + i] = widen(parts.values[i]);
  }
}

/// `count` consecutive elements as they lie in memory: less registers than their values.
template <class T, int count>
struct Packed {
  static constexpr int bytes = count * static_cast<int>(sizeof(T));
  static constexpr int step = bytes < widest_access ? bytes : widest_access;
  static constexpr int each = step / static_cast<int>(sizeof(T));
  Moved<step> words[bytes / step];

  /// Aligned as for load.
  __device__ static Packed from(const T* data) {
    Packed packed;
#pragma unroll
    for (int i = 0; i < bytes / step; ++i)
      packed.words[i] = *reinterpret_cast<const Moved<step>*>(data + i * each);
    return packed;
  }
  __device__ void widen_to(float (&to)[count]) const {
#pragma unroll
    for (int first = 0; first < count; first += each) {
      const auto parts = __builtin_bit_cast(Parts<T, each>, words[first / each]);
#pragma unroll
      for (int i = 0; i < each; ++i) to[first + i] = widen(parts.values[i]);
    }
  }
};

template <int count, class T>
__device__ void store(const float (&from)[count], T* to) {
  constexpr int bytes = count * static_cast<int>(sizeof(T));
  constexpr int step = bytes < widest_access ? bytes : widest_access;
  constexpr int each = step / static_cast<int>(sizeof(T));
#pragma unroll
  for (int first = 0; first < count; first += each) {
    Parts<T, each> parts;
#pragma unroll
    for (int i = 0; i < each; ++i) parts.values[i] = narrow<T>(from[first + i]);
    *reinterpret_cast<Moved<step>*>(to + first) = __builtin_bit_cast(Moved<step>, parts);
  }
}

/// Whether `count` elements from each of these addresses can be moved at once.
template <class T>
[[nodiscard]] bool aligned(int count, std::initializer_list<const void*> addresses) {
  const auto bytes = static_cast<std::uintptr_t>(count) * sizeof(T);
  const std::uintptr_t unit = bytes < widest_access ? bytes : widest_access;
  for (const void* address : addresses)
    if (reinterpret_cast<std::uintptr_t>(address) % unit != 0) return false;
  return true;
}

}  // namespace electra::cuda
