#include "electra/kernels/score.h"

namespace electra {

void ScoreForward::check(const Checker& checker) const {
  checker.floating("x", x);
  const DType statistics = wide(x.dtype());
  checker.tensor("weight", weight, {1, x.width()}, x.dtype());
  checker.tensor("bias", bias, {1}, statistics);
  checker.tensor("y", y, {x.rows()}, statistics);
}

KernelCost ScoreForward::cost() const {
  return {2.0 * static_cast<double>(x.size()),
          static_cast<double>(x.bytes() + weight.bytes() + bias.bytes() + y.bytes())};
}

void ScoreBackward::check(const Checker& checker) const {
  checker.floating("x", x);
  const DType statistics = wide(x.dtype());
  checker.tensor("dy", dy, {x.rows()}, statistics);
  checker.tensor("weight", weight, {1, x.width()}, x.dtype());
  checker.tensor("dx", dx.view, x.shape(), x.dtype());
  checker.tensor("dweight", dweight, {1, x.width()}, statistics);
  checker.tensor("dbias", dbias, {1}, statistics);
}

KernelCost ScoreBackward::cost() const {
  const Index written = dx.write == Write::add ? 2 * dx.view.bytes() : dx.view.bytes();
  return {4.0 * static_cast<double>(x.size()),
          static_cast<double>(dy.bytes() + x.bytes() + weight.bytes() + written +
                              2 * dweight.bytes() + 2 * dbias.bytes())};
}

}  // namespace electra
