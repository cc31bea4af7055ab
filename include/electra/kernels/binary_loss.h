#pragma once

#include <string_view>

#include "electra/core/context.h"

namespace electra {

/// Binary cross-entropy of several labels, each true or not: loss = the sum over labels of
/// max(z, 0) - z target + log1p(exp(-|z|)); dlogits = (sigmoid(z) - target) * scale. Derived in
/// docs/math/binary_loss.md.
struct BinaryLoss {
  static constexpr std::string_view name = "binary_loss";
  ConstTensorView logits;   // [rows, padded labels]: columns beyond the labels are not read
  ConstTensorView targets;  // [rows, labels], i32, 0 or 1
  ConstTensorView scale;    // [1], wide: 1 over rows and labels of the step
  TensorView losses;        // [rows], wide
  TensorView right;         // [rows], i32: 1 if every label is right (true if its logit is above 0)
  TensorView dlogits{};     // logits' shape and dtype; may be logits itself; absent: no gradient; 0
                            // in columns beyond the labels

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const BinaryLoss& kernel);
void run_on(CudaContext& context, const BinaryLoss& kernel);

}  // namespace electra
