#pragma once

#include <functional>

#include "support/near.h"

namespace electra::test {

/// sum(weights * y) in f64: a scalar whose gradient by y is `weights`.
[[nodiscard]] inline double weighted_sum(const ConstTensorView& y, const ConstTensorView& weights) {
  double sum = 0;
  for (Index i = 0; i < y.size(); ++i) sum += at(y, i) * at(weights, i);
  return sum;
}

/// d loss() / d x by central differences of fourth order, an element at a time (four calls of
/// `loss` each). `x` is f64 and is what `loss` reads; it is left as it was.
[[nodiscard]] inline std::vector<double> numeric_gradient(const TensorView& x,
                                                          const std::function<double()>& loss,
                                                          double step = 1e-3) {
  std::vector<double> gradient;
  for (Index i = 0; i < x.size(); ++i) {
    double& element = x.data<double>()[i];
    const double before = element;
    const auto loss_at = [&](double offset) {
      element = before + offset;
      return loss();
    };
    const double near = loss_at(step) - loss_at(-step);
    const double far = loss_at(2 * step) - loss_at(-2 * step);
    element = before;
    gradient.push_back((8 * near - far) / (12 * step));
  }
  return gradient;
}

/// The relative error of `gradient` against central differences of `loss` by `x` (f64); smooth
/// functions of order one come out near 1e-10.
[[nodiscard]] inline double gradient_error(const ConstTensorView& gradient, const TensorView& x,
                                           const std::function<double()>& loss,
                                           double step = 1e-3) {
  return relative_error(gradient, numeric_gradient(x, loss, step));
}

}  // namespace electra::test
