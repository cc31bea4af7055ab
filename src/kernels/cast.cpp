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

void ColumnSum::check(const Checker& checker) const {
  checker.floating("x", x);
  checker.tensor("y", y.view, Shape{x.width()}, wide(x.dtype()));
}

KernelCost ColumnSum::cost() const {
  const Index written = y.write == Write::add ? 2 * y.view.bytes() : y.view.bytes();
  return {static_cast<double>(x.size()), static_cast<double>(x.bytes() + written)};
}

}  // namespace electra
