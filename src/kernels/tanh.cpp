#include "electra/kernels/tanh.h"

namespace electra {

void BiasTanh::check(const Checker& checker) const {
  checker.floating("x", x);
  checker.tensor("y", y, x.shape(), x.dtype());
  checker.tensor("bias", bias, Shape{x.width()}, wide(x.dtype()));
}

KernelCost BiasTanh::cost() const {
  return {20.0 * static_cast<double>(x.size()),
          static_cast<double>(x.bytes() + y.bytes() + bias.bytes())};
}

}  // namespace electra
