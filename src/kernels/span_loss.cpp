#include "electra/kernels/span_loss.h"

#include <string>

namespace electra {

void SpanLoss::check(const Checker& checker) const {
  checker.floating("logits", logits);
  checker.that(logits.shape().rank() == 2 && logits.width() >= 2,
               "logits [rows, 2 or more], found " + to_string(logits.shape()));
  rows.check(checker);
  const Shape texts{rows.batch};
  const DType type = wide(logits.dtype());
  checker.tensor("logits", logits, {rows.count(), logits.width()}, logits.dtype());
  checker.tensor("starts", starts, texts, DType::i32);
  checker.tensor("ends", ends, texts, DType::i32);
  checker.tensor("scale", scale, {1}, type);
  checker.tensor("losses", losses, texts, type);
  checker.tensor("right", right, texts, DType::i32);
  checker.optional("dlogits", dlogits, logits.shape(), logits.dtype());
}

KernelCost SpanLoss::cost() const {
  return {16.0 * static_cast<double>(rows.count()),
          static_cast<double>(2 * rows.count() * size_of(logits.dtype()) + rows.lengths.bytes() +
                              starts.bytes() + ends.bytes() + losses.bytes() + right.bytes() +
                              dlogits.bytes())};
}

}  // namespace electra
