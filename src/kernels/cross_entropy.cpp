#include "electra/kernels/cross_entropy.h"

namespace electra {

void VocabularyCrossEntropy::check(const Checker& checker) const {
  checker.floating("logits", logits);
  checker.that(logits.shape().rank() == 2,
               "logits [capacity, padded vocabulary], found " + to_string(logits.shape()));
  const Shape capacity{logits.rows()};
  const Shape one{1};
  const DType statistics = wide(logits.dtype());
  checker.tensor("targets", targets, capacity, DType::i32);
  checker.tensor("positions", positions, capacity, DType::i32);
  rows.check(checker);
  checker.tensor("count", count, one, DType::i32);
  checker.tensor("scale", scale, one, statistics);
  checker.tensor("temperature", temperature, one, statistics);
  checker.tensor("losses", losses, capacity, statistics);
  checker.tensor("argmax", argmax, capacity, DType::i32);
  checker.tensor("samples", samples, capacity, DType::i32);
  checker.optional("dlogits", dlogits, logits.shape(), logits.dtype());
  checker.tensor("non_finite", non_finite, one, DType::i32);
  checker.tensor("random.step", random.step, one, DType::i32);
  checker.that(vocabulary >= 1 && vocabulary <= logits.width(),
               "a vocabulary of 1 to " + std::to_string(logits.width()) + ", found " +
                   std::to_string(vocabulary));
}

KernelCost VocabularyCrossEntropy::cost() const {
  const double elements = static_cast<double>(logits.rows() * vocabulary);
  return {4 * elements, static_cast<double>(logits.bytes() + dlogits.bytes() + 2 * targets.bytes() +
                                            argmax.bytes() + samples.bytes() + losses.bytes())};
}

}  // namespace electra
