#include "electra/kernels/binary_loss.h"

#include <string>

namespace electra {

void BinaryLoss::check(const Checker& checker) const {
  checker.floating("logits", logits);
  checker.that(logits.shape().rank() == 2,
               "logits [rows, padded labels], found " + to_string(logits.shape()));
  const Shape rows{logits.rows()};
  const DType type = wide(logits.dtype());
  checker.tensor("targets", targets, {logits.rows(), targets.width()}, DType::i32);
  checker.that(targets.width() >= 1 && targets.width() <= logits.width(),
               "1 to " + std::to_string(logits.width()) + " labels, found " +
                   std::to_string(targets.width()));
  checker.tensor("scale", scale, {1}, type);
  checker.tensor("losses", losses, rows, type);
  checker.tensor("right", right, rows, DType::i32);
  checker.optional("dlogits", dlogits, logits.shape(), logits.dtype());
}

KernelCost BinaryLoss::cost() const {
  return {8.0 * static_cast<double>(targets.size()),
          static_cast<double>(targets.size() * size_of(logits.dtype()) + targets.bytes() +
                              losses.bytes() + right.bytes() + dlogits.bytes())};
}

}  // namespace electra
