// f32 and f64 arithmetic in the rounding modes other than to-nearest.
#pragma once
#include <cfenv>

namespace gpu_emulator::ptx {

enum class Operation { add, sub, mul, div, fma, sqrt, rcp };

template <class T>
T rounded(Operation operation, int mode, T a, T b = 0, T c = 0);

}  // namespace gpu_emulator::ptx
