#include "electra/kernels/layer_norm.h"

namespace electra {

void LayerNormForward::check(const Checker& checker) const {
  checker.floating("x", x);
  const Shape vector{x.width()};
  const Shape column{x.rows()};
  const DType statistics = wide(x.dtype());
  checker.tensor("gain", gain, vector, statistics);
  checker.tensor("bias", bias, vector, statistics);
  checker.tensor("y", y, x.shape(), x.dtype());
  checker.tensor("mean", mean, column, statistics);
  checker.tensor("rstd", rstd, column, statistics);
  checker.that(epsilon >= 0, "epsilon of 0 or more");
}

KernelCost LayerNormForward::cost() const {
  return {8.0 * static_cast<double>(x.size()),
          static_cast<double>(x.bytes() + y.bytes() + gain.bytes() + bias.bytes() + mean.bytes() +
                              rstd.bytes())};
}

void LayerNormBackward::check(const Checker& checker) const {
  checker.floating("dy", dy);
  const Shape vector{dy.width()};
  const Shape column{dy.rows()};
  const DType statistics = wide(dy.dtype());
  checker.tensor("x", x, dy.shape(), dy.dtype());
  checker.tensor("gain", gain, vector, statistics);
  checker.tensor("mean", mean, column, statistics);
  checker.tensor("rstd", rstd, column, statistics);
  checker.tensor("dx", dx.view, dy.shape(), dy.dtype());
  checker.tensor("dgain", dgain, vector, statistics);
  checker.tensor("dbias", dbias, vector, statistics);
}

KernelCost LayerNormBackward::cost() const {
  const Index written = dx.write == Write::add ? 2 * dx.view.bytes() : dx.view.bytes();
  return {18.0 * static_cast<double>(dy.size()),
          static_cast<double>(dy.bytes() + x.bytes() + written + 5 * gain.bytes() + mean.bytes() +
                              rstd.bytes())};
}

}  // namespace electra
