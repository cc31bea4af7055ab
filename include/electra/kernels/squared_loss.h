#pragma once

#include <string_view>

#include "electra/core/context.h"

namespace electra {

/// loss = (y - target)^2, dy = 2 (y - target) * scale, of the first column. Derived in
/// docs/math/squared_loss.md.
struct SquaredLoss {
  static constexpr std::string_view name = "squared_loss";
  ConstTensorView outputs;  // [rows, padded]: columns beyond the first are not read
  ConstTensorView targets;  // [rows], f32
  ConstTensorView scale;    // [1], wide: 1 over the rows of the step
  TensorView losses;        // [rows], wide
  TensorView doutputs{};    // outputs' shape and dtype; may be outputs itself; absent: no gradient;
                            // 0 in columns beyond the first

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const SquaredLoss& kernel);
void run_on(CudaContext& context, const SquaredLoss& kernel);

}  // namespace electra
