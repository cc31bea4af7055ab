#include "electra/kernels/gather.h"

namespace electra {

void GatherRows::check(const Checker& checker) const {
  checker.floating("x", x);
  checker.tensor("indices", indices, Shape{indices.size()}, DType::i32);
  checker.tensor("count", count, Shape{1}, DType::i32);
  checker.tensor("y", y, Shape{indices.size(), x.width()}, x.dtype());
}

KernelCost GatherRows::cost() const {
  return {0, static_cast<double>(2 * y.bytes() + indices.bytes())};
}

void ScatterRows::check(const Checker& checker) const {
  checker.floating("x", x);
  checker.tensor("indices", indices, Shape{x.rows()}, DType::i32);
  checker.tensor("count", count, Shape{1}, DType::i32);
  checker.tensor("y", y.view, Shape{y.view.rows(), x.width()}, x.dtype());
}

KernelCost ScatterRows::cost() const {
  const Index target = y.write == Write::add ? 2 * x.bytes() : y.view.bytes();
  return {static_cast<double>(x.size()), static_cast<double>(x.bytes() + target + indices.bytes())};
}

}  // namespace electra
