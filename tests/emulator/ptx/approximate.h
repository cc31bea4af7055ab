// Approximate instructions: the exact value, moved by a seeded amount within the error that the PTX
// ISA documents. The amount is a function of the operand, so that results repeat as they do on a
// GPU; GPU_EMULATOR_NOISE=0 gives the rounded exact value.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>

#include "ptx/integer.h"
#include "runtime/running.h"

namespace gpu_emulator::ptx {

enum class Approximation : uint64_t { ex2, lg2, rcp, sqrt, rsqrt, tanh, sin, cos, div };

/// A number in [-1, 1] that is always the same for one seed, instruction and operand; 0 without
/// noise.
inline double noise(Approximation which, uint64_t operand) {
  if (!running.noise_seed) return 0;
  uint64_t h = running.noise_seed + operand + (uint64_t(which) + 1) * 0x9e3779b97f4a7c15ull;
  h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9ull;
  h = (h ^ h >> 27) * 0x94d049bb133111ebull;
  return double(int64_t(h ^ h >> 31)) * 0x1p-63;
}
inline double noise(Approximation which, float operand) {
  return noise(which, uint64_t(bits<uint32_t>(operand)));
}

/// Rounding to f32 takes its own share, 2^-24, of the documented relative error.
inline float moved(double exact, double relative_error, double noise) {
  return float(exact * (1 + (relative_error - 0x1p-24) * noise));
}

inline float ex2_approx(float x) {
  if (std::fabs(x) < 0x1p-126f) return 1;  // the ISA's table: exact at zero
  return moved(std::exp2(double(x)), 0x1p-22, noise(Approximation::ex2, x));
}
inline float lg2_approx(float x) {
  const double exact = std::log2(double(x)), n = noise(Approximation::lg2, x);
  if (x > 0.5f && x < 2) return float(exact + 0x1p-22 * n * 0.9);  // an absolute bound
  return moved(exact, 0x1p-22, n);
}
inline float rcp_approx(float x) {
  return moved(1 / double(x), 0x1p-23, noise(Approximation::rcp, x));
}
inline float sqrt_approx(float x) {
  return moved(std::sqrt(double(x)), 0x1p-23, noise(Approximation::sqrt, x));
}
inline float rsqrt_approx(float x) {
  return moved(1 / std::sqrt(double(x)), 0x1.12p-23, noise(Approximation::rsqrt, x));  // 2^-22.9
}
inline float tanh_approx(float x) {
  if (std::isinf(x)) return std::copysign(1.0f, x);
  return std::clamp(moved(std::tanh(double(x)), 0x1p-11, noise(Approximation::tanh, x)), -1.0f,
                    1.0f);
}

/// 2^-20.5 within two pi of 0, 2^-14.7 to a hundred pi, nothing promised beyond.
inline double trigonometric_error(float x) {
  const double a = std::fabs(double(x)), hundred_pi = 314.159265;
  if (a <= 6.2831853) return 0x1.6ap-21 - 0x1p-25;
  return 0x1.3bp-15 * std::max(1.0, a / hundred_pi) - 0x1p-25;
}
inline float sin_approx(float x) {
  if (x == 0) return x;
  const double y = std::sin(double(x)) + trigonometric_error(x) * noise(Approximation::sin, x);
  return float(std::clamp(y, -1.0, 1.0));
}
inline float cos_approx(float x) {
  if (x == 0) return 1;
  const double y = std::cos(double(x)) + trigonometric_error(x) * noise(Approximation::cos, x);
  return float(std::clamp(y, -1.0, 1.0));
}

inline float div_full(float a, float b) {
  const uint64_t operands = uint64_t(bits<uint32_t>(a)) << 32 | bits<uint32_t>(b);
  return moved(double(a) / b, 0x1p-22, noise(Approximation::div, operands));  // 2 ulp
}
/// Above 2^126 the reciprocal of the divisor is flushed.
inline float div_approx(float a, float b) {
  if (std::fabs(b) > 0x1p126f && !std::isinf(b)) return a * std::copysign(0.0f, b);
  return div_full(a, b);
}

/// f64: only the upper half of the operand and of the result count.
inline double upper_half(double x) {
  return bits<double>(bits<uint64_t>(x) & 0xffffffff00000000ull);
}

/// f16 and bf16, over the operand as f32; the caller rounds.
inline double ex2_half(double x, bool bf16) {
  if (x == 0) return 1;
  return std::exp2(x) *
         (1 + (bf16 ? 0x1p-7 - 0x1p-9 : 0x1p-11) * noise(Approximation::ex2, float(x)));
}
inline double tanh_half(double x, bool bf16) {
  if (x == 0) return x;
  const double y = std::tanh(x) + (bf16 ? 0x1p-9 : 0x1p-12) * noise(Approximation::tanh, float(x));
  return std::clamp(y, -1.0, 1.0);
}

}  // namespace gpu_emulator::ptx
