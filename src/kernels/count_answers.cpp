#include "electra/kernels/count_answers.h"

namespace electra {

void CountAnswers::check(const Checker& checker) const {
  checker.floating("losses", losses);
  const DType type = wide(losses.dtype());
  checker.tensor("losses", losses, {losses.size()}, type);
  checker.optional("right", right, {losses.size()}, DType::i32);
  checker.tensor("loss", loss, {1}, type);
  checker.tensor("counts", counts, {2}, DType::i32);
}

}  // namespace electra
