// bf16 and f16 bit patterns to and from float, rounding to nearest even as the hardware does.
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>

namespace gpu_emulator::number {

inline float from_bf16(uint16_t h) { return std::bit_cast<float>(uint32_t(h) << 16); }
inline uint16_t to_bf16(float f) {
  const uint32_t u = std::bit_cast<uint32_t>(f);
  if ((u & 0x7fffffffu) > 0x7f800000u) return 0x7fff;  // the canonical NaN
  return uint16_t((u + 0x7fffu + (u >> 16 & 1)) >> 16);
}
inline uint16_t to_bf16_toward_zero(float f) {
  return std::isnan(f) ? 0x7fff : uint16_t(std::bit_cast<uint32_t>(f) >> 16);
}

inline float from_f16(uint16_t h) { return float(std::bit_cast<_Float16>(h)); }
inline uint16_t to_f16(float f) {
  return std::isnan(f) ? uint16_t(0x7fff) : std::bit_cast<uint16_t>(_Float16(f));
}
inline uint16_t to_f16_toward_zero(float f) {
  uint16_t h = to_f16(f);
  if (!std::isnan(f) && std::fabs(from_f16(h)) > std::fabs(f)) h--;
  return h;
}

/// double to float so that a second rounding, to fewer bits, is still correct ("round to odd")
inline float to_odd(double d) {
  const float f = float(d);
  if (double(f) == d || std::isnan(d) || std::isinf(f)) return f;
  const uint32_t u = std::bit_cast<uint32_t>(f);
  if (u & 1) return f;
  const bool away = std::fabs(double(f)) > std::fabs(d);
  return std::bit_cast<float>(away ? u - 1 : u + 1);
}

}  // namespace gpu_emulator::number
