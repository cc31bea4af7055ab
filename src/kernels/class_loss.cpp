#include "electra/kernels/class_loss.h"

#include <string>

namespace electra {

void ClassLoss::check(const Checker& checker) const {
  checker.floating("logits", logits);
  checker.that(logits.shape().rank() == 2,
               "logits [rows, padded classes], found " + to_string(logits.shape()));
  const Shape rows{logits.rows()};
  const DType type = wide(logits.dtype());
  checker.tensor("labels", labels, rows, DType::i32);
  checker.optional("weights", weights, rows, DType::f32);
  checker.tensor("scale", scale, {1}, type);
  checker.tensor("losses", losses, rows, type);
  checker.tensor("right", right, rows, DType::i32);
  checker.optional("dlogits", dlogits, logits.shape(), logits.dtype());
  checker.that(
      classes >= 1 && classes <= logits.width(),
      "1 to " + std::to_string(logits.width()) + " classes, found " + std::to_string(classes));
}

KernelCost ClassLoss::cost() const {
  return {8.0 * static_cast<double>(logits.rows() * classes),
          static_cast<double>(logits.rows() * classes * size_of(logits.dtype()) + labels.bytes() +
                              weights.bytes() + losses.bytes() + right.bytes() + dlogits.bytes())};
}

}  // namespace electra
