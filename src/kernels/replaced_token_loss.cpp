#include "electra/kernels/replaced_token_loss.h"

namespace electra {

void ReplacedTokenLoss::check(const Checker& checker) const {
  checker.floating("logits", logits);
  checker.that(logits.dtype() != DType::bf16, "f32 or f64 logits, found bf16");
  const Shape shape{rows.count()};
  rows.check(checker);
  checker.tensor("logits", logits, shape, logits.dtype());
  checker.tensor("labels", labels, shape, DType::i32);
  checker.tensor("scale", scale, {1}, logits.dtype());
  checker.tensor("losses", losses, shape, logits.dtype());
  checker.optional("dlogits", dlogits, shape, logits.dtype());
}

KernelCost ReplacedTokenLoss::cost() const {
  return {8.0 * static_cast<double>(logits.size()),
          static_cast<double>(logits.bytes() + labels.bytes() + rows.lengths.bytes() +
                              losses.bytes() + dlogits.bytes())};
}

}  // namespace electra
