// f32 and f64 instructions: NaN rules, saturation, flushing, directed rounding, conversions.
#pragma once
#include <cmath>
#include <cstdint>
#include <limits>

#include "ptx/integer.h"
#include "runtime/rounding.h"

namespace gpu_emulator::ptx {

inline float flush(float x) {  // .ftz
  return std::fabs(x) < std::numeric_limits<float>::min() ? std::copysign(0.0f, x) : x;
}
template <class T>
T saturate(T x) {  // .sat: NaN becomes 0
  return x > 0 ? (x < 1 ? x : T(1)) : T(0);
}
template <class T>
T relu(T x) {
  return x < 0 ? T(0) : x;
}
template <class T>
T min(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (a == b) return std::signbit(a) ? a : b;  // -0 < +0
    return std::fmin(a, b);
  } else {
    return a < b ? a : b;
  }
}
template <class T>
T max(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    if (a == b) return std::signbit(a) ? b : a;
    return std::fmax(a, b);
  } else {
    return a > b ? a : b;
  }
}
template <class T>
T min_nan(T a, T b) {
  return std::isnan(a) || std::isnan(b) ? std::numeric_limits<T>::quiet_NaN() : min(a, b);
}
template <class T>
T max_nan(T a, T b) {
  return std::isnan(a) || std::isnan(b) ? std::numeric_limits<T>::quiet_NaN() : max(a, b);
}

template <class T>
bool is_finite(T x) {
  return std::isfinite(x);
}
template <class T>
bool is_infinite(T x) {
  return std::isinf(x);
}
template <class T>
bool is_number(T x) {
  return !std::isnan(x);
}
template <class T>
bool is_notanumber(T x) {
  return std::isnan(x);
}
template <class T>
bool is_normal(T x) {
  return std::isnormal(x);
}
template <class T>
bool is_subnormal(T x) {
  return std::fpclassify(x) == FP_SUBNORMAL;
}

/// The value already has an integral value; out of range clamps, NaN becomes 0.
template <class Integer, class Float>
Integer to_integer(Float x) {
  using Limits = std::numeric_limits<Integer>;
  if (std::isnan(x)) return 0;
  if (x <= Float(Limits::min())) return Limits::min();
  if (x >= Float(Limits::max())) return Limits::max();
  return Integer(x);
}

/// Directed rounding of integers and f64 to f32 or f64. A long double holds all of them exactly.
template <class Float, class From>
Float convert_rounded(From value, int mode) {
  const long double exact = value;
  Float r = Float(exact);
  constexpr Float infinity = std::numeric_limits<Float>::infinity();
  if (mode == FE_TOWARDZERO) mode = exact < 0 ? FE_UPWARD : FE_DOWNWARD;
  if (mode == FE_DOWNWARD && r > exact) r = std::nextafter(r, -infinity);
  if (mode == FE_UPWARD && r < exact) r = std::nextafter(r, infinity);
  return r;
}

template <bool TiesAway>
uint32_t to_tf32(float x) {  // 10 mantissa bits
  uint32_t u = bits<uint32_t>(x);
  if ((u & 0x7f800000u) == 0x7f800000u) return u;
  u += TiesAway ? 0x1000u : 0xfffu + (u >> 13 & 1);
  return u & 0xffffe000u;
}

}  // namespace gpu_emulator::ptx
