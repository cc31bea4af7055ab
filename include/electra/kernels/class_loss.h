#pragma once

#include <string_view>

#include "electra/core/context.h"

namespace electra {

/// Softmax cross-entropy over few classes: loss = weight * (log(sum exp(logits)) - logits[label]);
/// dlogits = weight * (softmax(logits) - onehot) * scale. Rows with a negative label are not
/// scored: their loss and gradient are 0. A row with NaN has a loss and a gradient of NaN. Derived
/// in docs/math/class_loss.md.
struct ClassLoss {
  static constexpr std::string_view name = "class_loss";
  ConstTensorView logits;     // [rows, padded classes]: columns beyond the classes are not read
  ConstTensorView labels;     // [rows], i32: below classes, or negative
  ConstTensorView weights{};  // [rows], f32; absent: 1
  ConstTensorView scale;      // [1], wide: 1 over the weights of the step
  TensorView losses;          // [rows], wide
  TensorView right;           // [rows], i32: whether the largest logit, the first among equals, is
                              // the label's: 1 or 0; -1: not scored
  TensorView dlogits{};       // logits' shape and dtype; may be logits itself; absent: no gradient;
                              // 0 in columns beyond the classes
  Index classes = 0;

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const ClassLoss& kernel);
void run_on(CudaContext& context, const ClassLoss& kernel);

}  // namespace electra
