// Compiled with -frounding-math: the compiler must not move arithmetic across fesetround().
#include "runtime/rounding.h"

#include <cmath>

namespace gpu_emulator::ptx {

template <class T>
T rounded(Operation operation, int mode, T a, T b, T c) {
  const int before = std::fegetround();
  std::fesetround(mode);
  volatile T x = a, y = b, z = c, r = 0;
  switch (operation) {
    case Operation::add:
      r = x + y;
      break;
    case Operation::sub:
      r = x - y;
      break;
    case Operation::mul:
      r = x * y;
      break;
    case Operation::div:
      r = x / y;
      break;
    case Operation::fma:
      r = std::fma(x, y, z);
      break;
    case Operation::sqrt:
      r = std::sqrt(x);
      break;
    case Operation::rcp:
      r = 1 / x;
      break;
  }
  std::fesetround(before);
  return r;
}

template float rounded(Operation, int, float, float, float);
template double rounded(Operation, int, double, double, double);

}  // namespace gpu_emulator::ptx
