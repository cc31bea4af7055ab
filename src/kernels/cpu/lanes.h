#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>
#ifdef __AVX512BF16__
#include <immintrin.h>
#endif

#include "electra/core/tensor.h"

namespace electra::cpu {

/// What one vector register of the target holds.
#if defined(__AVX512F__)
inline constexpr int register_bytes = 64;
#elif defined(__AVX2__)
inline constexpr int register_bytes = 32;
#else
inline constexpr int register_bytes = 16;
#endif

/// The C++ type of arithmetic, statistics and parameters beside activations of type T.
template <class T>
using Wide = std::conditional_t<std::is_same_v<T, double>, double, float>;

namespace detail {
template <class E, int bytes>
struct Register {
  typedef E type [[gnu::vector_size(bytes)]];
};
}  // namespace detail

/// One register of floats or doubles. Reductions keep one partial sum a lane, so their order
/// depends on the width of the register alone, never on addresses or threads.
template <class W>
using Lanes = typename detail::Register<W, register_bytes>::type;

template <class W>
inline constexpr Index lane_count = register_bytes / static_cast<Index>(sizeof(W));

namespace detail {
using Bits = Register<std::uint32_t, register_bytes>::type;
using Halves = Register<std::uint16_t, register_bytes / 2>::type;

inline Halves rounded_halves(Lanes<float> value) {
#ifdef __AVX512BF16__
  // The processor's own rounding takes subnormal numbers for 0.
  constexpr int subnormal = 0x20;
  if (const auto numbers = std::bit_cast<__m512>(value);
      _mm512_fpclass_ps_mask(numbers, subnormal) == 0) [[likely]]
    return std::bit_cast<Halves>(_mm512_cvtneps_pbh(numbers));
#endif
  const Bits bits = reinterpret_cast<Bits>(value);
  const Bits rounded = (bits + 0x7fffU + ((bits >> 16U) & 1U)) >> 16U;
  const Bits quiet = (bits >> 16U) | 64U;
  return __builtin_convertvector(value != value ? quiet : rounded, Halves);
}

inline Lanes<float> widened(Halves halves) {
  return reinterpret_cast<Lanes<float>>(__builtin_convertvector(halves, Bits) << 16U);
}
}  // namespace detail

/// Every lane the same.
template <class W>
[[nodiscard]] Lanes<W> broadcast(W value) {
  return Lanes<W>{} + value;
}

/// A whole register of elements, widened.
template <class T>
[[nodiscard]] Lanes<Wide<T>> load(const T* from) {
  if constexpr (std::is_same_v<T, bf16>) {
    detail::Halves halves;
    std::memcpy(&halves, from, sizeof halves);
    return detail::widened(halves);
  } else {
    Lanes<T> lanes;
    std::memcpy(&lanes, from, sizeof lanes);
    return lanes;
  }
}

/// Stores a whole register, rounded to T.
template <class T>
void store(T* to, Lanes<Wide<T>> lanes) {
  if constexpr (std::is_same_v<T, bf16>) {
    const detail::Halves halves = detail::rounded_halves(lanes);
    std::memcpy(static_cast<void*>(to), &halves, sizeof halves);
  } else {
    std::memcpy(to, &lanes, sizeof lanes);
  }
}

/// The first `count` elements of a register; the other lanes are 0.
template <class T>
[[nodiscard]] Lanes<Wide<T>> load(const T* from, Index count) {
  if (count == lane_count<Wide<T>>) return load(from);
  T padded[static_cast<std::size_t>(lane_count<Wide<T>>)]{};
  std::memcpy(static_cast<void*>(padded), from, static_cast<std::size_t>(count) * sizeof(T));
  return load(padded);
}

template <class T>
void store(T* to, Lanes<Wide<T>> lanes, Index count) {
  if (count == lane_count<Wide<T>>) return store(to, lanes);
  T padded[static_cast<std::size_t>(lane_count<Wide<T>>)];
  store(padded, lanes);
  std::memcpy(static_cast<void*>(to), padded, static_cast<std::size_t>(count) * sizeof(T));
}

/// What a load would give after a store: the lanes rounded to T.
template <class T>
[[nodiscard]] Lanes<Wide<T>> rounded(Lanes<Wide<T>> lanes) {
  if constexpr (std::is_same_v<T, bf16>)
    return detail::widened(detail::rounded_halves(lanes));
  else
    return lanes;
}

namespace detail {
template <class W, int bytes>
W sum_halves(typename Register<W, bytes>::type lanes) {
  if constexpr (bytes == 2 * sizeof(W)) {
    return lanes[0] + lanes[1];
  } else {
    typename Register<W, bytes / 2>::type low;
    typename Register<W, bytes / 2>::type high;
    std::memcpy(&low, &lanes, bytes / 2);
    std::memcpy(&high, reinterpret_cast<const char*>(&lanes) + bytes / 2, bytes / 2);
    return sum_halves<W, bytes / 2>(low + high);
  }
}
}  // namespace detail

/// The sum of all lanes, halves first.
template <class W>
[[nodiscard]] W sum(Lanes<W> lanes) {
  return detail::sum_halves<W, register_bytes>(lanes);
}

/// Calls body(column, count) for each register of a row: `count` is a compile-time constant for all
/// but the last, shorter one.
template <class W, class Body>
void for_lanes(Index width, const Body& body) {
  constexpr Index step = lane_count<W>;
  Index column = 0;
  for (; column + step <= width; column += step)
    body(column, std::integral_constant<Index, step>{});
  if (column < width) body(column, width - column);
}

/// The lanes before `count`; 0 beyond.
template <class W>
[[nodiscard]] Lanes<W> first_lanes(Lanes<W> lanes, Index count) {
  if (count == lane_count<W>) return lanes;
  W padded[static_cast<std::size_t>(lane_count<W>)];
  std::memcpy(padded, &lanes, sizeof lanes);
  return load(static_cast<const W*>(padded), count);
}

/// The sum over a row of term(column, count): four registers of partial sums hide the latency.
template <class W, class Term>
[[nodiscard]] W sum_row(Index width, const Term& term) {
  constexpr Index step = lane_count<W>;
  constexpr std::integral_constant<Index, step> full;
  Lanes<W> a{}, b{}, c{}, d{};
  Index column = 0;
  for (; column + 4 * step <= width; column += 4 * step) {
    a += term(column, full);
    b += term(column + step, full);
    c += term(column + 2 * step, full);
    d += term(column + 3 * step, full);
  }
  for (; column + step <= width; column += step) a += term(column, full);
  if (column < width) b += first_lanes<W>(term(column, width - column), width - column);
  return sum<W>((a + b) + (c + d));
}

}  // namespace electra::cpu
