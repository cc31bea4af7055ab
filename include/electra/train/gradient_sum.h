#pragma once

#include "electra/core/tensor.h"
#include "electra/parallel/communicator.h"
#include "electra/train/run_config.h"

namespace electra {

/// Adds the gradients of all ranks, in one operation over the whole flat buffer
/// (docs/decisions/007-one-all-reduce-a-step.md).
class GradientSum {
 public:
  /// `gradients` f32 or f64, any shape. For bf16 it takes half of an f32 buffer's memory more.
  GradientSum(Context& context, Communicator& ranks, TensorView gradients, Reduction reduction);

  void reduce();

 private:
  Context& context_;
  Communicator& ranks_;
  TensorView gradients_;
  Buffer buffer_;
  TensorView rounded_;  // absent: no rounding
};

}  // namespace electra
