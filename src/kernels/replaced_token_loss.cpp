#include "electra/kernels/replaced_token_loss.h"

namespace electra {

void ReplacedTokenLoss::check(const Checker& checker) const {
  checker.floating("logits", logits);
  const Shape& shape = logits.shape();
  checker.that(shape.rank() == 2 && logits.dtype() != DType::bf16,
               "f32 or f64 logits [batch, length], found " +
                   std::string(to_string(logits.dtype())) + " " + to_string(shape));
  checker.tensor("labels", labels, shape, DType::i32);
  checker.tensor("lengths", lengths, {shape[0]}, DType::i32);
  checker.tensor("scale", scale, {1}, logits.dtype());
  checker.tensor("losses", losses, shape, logits.dtype());
  checker.optional("dlogits", dlogits, shape, logits.dtype());
}

KernelCost ReplacedTokenLoss::cost() const {
  return {8.0 * static_cast<double>(logits.size()),
          static_cast<double>(logits.bytes() + labels.bytes() + lengths.bytes() + losses.bytes() +
                              dlogits.bytes())};
}

}  // namespace electra
