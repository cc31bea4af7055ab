#include "electra/kernels/pair_loss.h"

#include <string>

namespace electra {

void PairLoss::check(const Checker& checker) const {
  checker.floating("cosines", cosines);
  checker.that(cosines.shape().rank() == 2 && cosines.width() >= cosines.rows(),
               "cosines [rows, as many candidates or more], found " + to_string(cosines.shape()));
  const Shape rows{cosines.rows()};
  const DType type = wide(cosines.dtype());
  checker.tensor("texts", texts, {cosines.width()}, DType::i32);
  checker.tensor("scale", scale, {1}, type);
  checker.tensor("losses", losses, rows, type);
  checker.tensor("right", right, rows, DType::i32);
  checker.optional("dcosines", dcosines, cosines.shape(), cosines.dtype());
  checker.that(factor > 0, "a factor above 0, found " + std::to_string(factor));
}

KernelCost PairLoss::cost() const {
  return {8.0 * static_cast<double>(cosines.size()),
          static_cast<double>(cosines.bytes() + texts.bytes() + losses.bytes() + right.bytes() +
                              dcosines.bytes())};
}

}  // namespace electra
