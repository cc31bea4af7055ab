#include "electra/kernels/dropout.h"

#include <string>

namespace electra {

void Dropout::check(const Checker& checker) const {
  checker.floating("x", x);
  checker.tensor("y", y, x.shape(), x.dtype());
  checker.that(rate >= 0 && rate < 1, "a rate in [0, 1), found " + std::to_string(rate));
  if (rate == 0) return;
  checker.tensor("random.step", random.step, {1}, DType::i32);
  rows.check(checker);
  checker.that(x.rows() == rows.count(), "as many rows as the texts have, " +
                                             std::to_string(rows.count()) + ", found " +
                                             std::to_string(x.rows()));
}

KernelCost Dropout::cost() const {
  return {static_cast<double>(x.size()), static_cast<double>(x.bytes() + y.bytes())};
}

}  // namespace electra
