#include "electra/kernels/column_sum.h"

namespace electra {

void ColumnSum::check(const Checker& checker) const {
  checker.floating("x", x);
  checker.tensor("y", y.view, Shape{x.width()}, wide(x.dtype()));
}

KernelCost ColumnSum::cost() const {
  const Index written = y.write == Write::add ? 2 * y.view.bytes() : y.view.bytes();
  return {static_cast<double>(x.size()), static_cast<double>(x.bytes() + written)};
}

}  // namespace electra
