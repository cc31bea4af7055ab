#include "electra/kernels/squared_loss.h"

namespace electra {

void SquaredLoss::check(const Checker& checker) const {
  checker.floating("outputs", outputs);
  checker.that(outputs.shape().rank() == 2 && outputs.width() >= 1,
               "outputs [rows, 1 or more], found " + to_string(outputs.shape()));
  const Shape rows{outputs.rows()};
  const DType type = wide(outputs.dtype());
  checker.tensor("targets", targets, rows, DType::f32);
  checker.tensor("scale", scale, {1}, type);
  checker.tensor("losses", losses, rows, type);
  checker.optional("doutputs", doutputs, outputs.shape(), outputs.dtype());
}

KernelCost SquaredLoss::cost() const {
  return {4.0 * static_cast<double>(outputs.rows()),
          static_cast<double>(outputs.rows() * size_of(outputs.dtype()) + targets.bytes() +
                              losses.bytes() + doutputs.bytes())};
}

}  // namespace electra
