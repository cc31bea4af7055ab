#pragma once

#include "electra/core/parameters.h"
#include "electra/train/config.h"
#include "electra/train/step_state.h"

namespace electra {

/// Clipping, schedule and AdamW over the flat buffers of a store. Everything that changes from step
/// to step is read from the step's state in device memory.
class Optimizer {
 public:
  /// `store` must be allocated and outlive the optimizer.
  Optimizer(ParameterStore& store, const RunConfig& config);

  /// Uses the store's gradients; leaves the norm, the rate and the finite flag in `state`, and
  /// moves the step on.
  void step(StepState& state) const;

 private:
  ParameterStore& store_;
  OptimizerConfig config_;
  ScheduleConfig schedule_;
  Index steps_;
  Buffer tables_;
  TensorView segments_;      // [groups, 3], i32
  TensorView rate_factors_;  // [groups], wide
};

}  // namespace electra
