#include "electra/kernels/cast.h"

namespace electra {

void Cast::check(const Checker& checker) const {
  checker.floating("x", x);
  checker.floating("y", y);
  checker.tensor("y", y, x.shape(), y.dtype());
}

KernelCost Cast::cost() const { return {0, static_cast<double>(x.bytes() + y.bytes())}; }

void Fill::check(const Checker& checker) const { checker.tensor("y", y, y.shape(), y.dtype()); }

KernelCost Fill::cost() const { return {0, static_cast<double>(y.bytes())}; }

}  // namespace electra
