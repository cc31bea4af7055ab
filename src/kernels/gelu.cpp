#include "electra/kernels/gelu.h"

namespace electra {

void BiasGeluForward::check(const Checker& checker) const {
  checker.floating("x", x);
  checker.tensor("y", y, x.shape(), x.dtype());
  checker.that(static_cast<bool>(bias) == static_cast<bool>(pre),
               "both or neither of bias and pre");
  checker.optional("bias", bias, Shape{x.width()}, wide(x.dtype()));
  checker.optional("pre", pre, x.shape(), x.dtype());
}

KernelCost BiasGeluForward::cost() const {
  const Index added = bias ? bias.bytes() + pre.bytes() : 0;
  return {30.0 * static_cast<double>(x.size()), static_cast<double>(x.bytes() + y.bytes() + added)};
}

void BiasGeluBackward::check(const Checker& checker) const {
  checker.floating("dy", dy);
  checker.tensor("pre", pre, dy.shape(), dy.dtype());
  checker.tensor("dx", dx, dy.shape(), dy.dtype());
  checker.tensor("dbias", dbias, Shape{dy.width()}, wide(dy.dtype()));
}

KernelCost BiasGeluBackward::cost() const {
  return {36.0 * static_cast<double>(dy.size()),
          static_cast<double>(dy.bytes() + pre.bytes() + dx.bytes() + 2 * dbias.bytes())};
}

}  // namespace electra
