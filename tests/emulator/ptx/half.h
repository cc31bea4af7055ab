// f16 and bf16 arithmetic: computed in double, where + - * and fma are exact or nearly so, and
// rounded once.
#pragma once
#include <cstdint>

#include "runtime/number.h"

namespace gpu_emulator::ptx {

struct F16 {
  static float load(uint16_t h) { return number::from_f16(h); }
  static uint16_t store(double d) { return number::to_f16(number::to_odd(d)); }
  static uint16_t store_toward_zero(float f) { return number::to_f16_toward_zero(f); }
};
struct Bf16 {
  static float load(uint16_t h) { return number::from_bf16(h); }
  static uint16_t store(double d) { return number::to_bf16(number::to_odd(d)); }
  static uint16_t store_toward_zero(float f) { return number::to_bf16_toward_zero(f); }
};

template <class Half, class Function, class... Operands>
uint16_t half(Function f, Operands... operands) {
  return Half::store(f(Half::load(uint16_t(operands))...));
}
template <class Half, class Function, class... Operands>
uint32_t half_pair(Function f, Operands... operands) {
  const uint32_t high = half<Half>(f, (operands >> 16)...);
  return high << 16 | half<Half>(f, operands...);
}

}  // namespace gpu_emulator::ptx
