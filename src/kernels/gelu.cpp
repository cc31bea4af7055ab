#include "electra/kernels/gelu.h"

namespace electra {

void BiasGeluForward::check(const Checker& checker) const {
  checker.floating("x", x);
  checker.tensor("y", y, x.shape(), x.dtype());
  checker.tensor("bias", bias, Shape{x.width()}, wide(x.dtype()));
}

KernelCost BiasGeluForward::cost() const {
  return {31.0 * static_cast<double>(x.size()),
          static_cast<double>(x.bytes() + y.bytes() + bias.bytes())};
}

void BiasGeluBackward::check(const Checker& checker) const {
  checker.floating("dy", dy);
  checker.tensor("x", x, dy.shape(), dy.dtype());
  checker.tensor("bias", bias, Shape{dy.width()}, wide(dy.dtype()));
  checker.tensor("dx", dx, dy.shape(), dy.dtype());
  checker.tensor("dbias", dbias, Shape{dy.width()}, wide(dy.dtype()));
}

KernelCost BiasGeluBackward::cost() const {
  return {37.0 * static_cast<double>(dy.size()),
          static_cast<double>(dy.bytes() + x.bytes() + dx.bytes() + 3 * dbias.bytes())};
}

}  // namespace electra
