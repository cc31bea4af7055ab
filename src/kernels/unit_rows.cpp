#include "electra/kernels/unit_rows.h"

namespace electra {

void UnitRowsForward::check(const Checker& checker) const {
  checker.floating("x", x);
  checker.tensor("y", y, x.shape(), x.dtype());
  checker.tensor("norms", norms, {x.rows()}, wide(x.dtype()));
}

KernelCost UnitRowsForward::cost() const {
  return {3.0 * static_cast<double>(x.size()),
          static_cast<double>(x.bytes() + y.bytes() + norms.bytes())};
}

void UnitRowsBackward::check(const Checker& checker) const {
  checker.floating("dy", dy);
  checker.tensor("y", y, dy.shape(), dy.dtype());
  checker.tensor("norms", norms, {dy.rows()}, wide(dy.dtype()));
  checker.tensor("dx", dx, dy.shape(), dy.dtype());
}

KernelCost UnitRowsBackward::cost() const {
  return {5.0 * static_cast<double>(dy.size()),
          static_cast<double>(dy.bytes() + y.bytes() + norms.bytes() + dx.bytes())};
}

}  // namespace electra
