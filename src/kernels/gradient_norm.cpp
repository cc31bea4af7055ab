#include "electra/kernels/gradient_norm.h"

namespace electra {

void GradientNorm::check(const Checker& checker) const {
  checker.floating("gradient", gradient);
  const DType type = wide(gradient.dtype());
  checker.tensor("gradient", gradient, {gradient.size()}, type);
  checker.tensor("non_finite", non_finite, {1}, DType::i32);
  checker.tensor("norm", norm, {1}, type);
  checker.tensor("scale", scale, {1}, type);
  checker.tensor("finite", finite, {1}, DType::i32);
  checker.that(clip_norm >= 0, "a clip_norm of 0 (none) or more");
}

KernelCost GradientNorm::cost() const {
  return {2.0 * static_cast<double>(gradient.size()), static_cast<double>(gradient.bytes())};
}

}  // namespace electra
