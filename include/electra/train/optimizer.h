#pragma once

#include "electra/core/parameters.h"
#include "electra/train/step_state.h"
#include "electra/train/trainer_config.h"

namespace electra {

/// Clipping, schedule and AdamW over the flat buffers of a store; owns both moments. Everything
/// that changes from step to step is read from the step's state in device memory.
class Optimizer {
 public:
  /// `store` must be allocated and outlive the optimizer, which gives it gradients.
  Optimizer(ParameterStore& store, const TrainerConfig& config);

  /// Uses the store's gradients; leaves the norm, the rate and the finite flag in `state`.
  void step(StepState& state) const;

  [[nodiscard]] TensorView moment_1() const { return moment_1_; }  // [store.size()], f32
  [[nodiscard]] TensorView moment_2() const { return moment_2_; }  // [store.size()], f32
  /// Both as they were at first.
  void forget() const;

 private:
  void set_rate_factors(const RateFactor& factor) const;

  ParameterStore& store_;
  OptimizerConfig config_;
  ScheduleConfig schedule_;
  Index steps_;
  Buffer moments_, tables_;
  TensorView moment_1_, moment_2_;
  TensorView segments_;      // [groups, 3], i32
  TensorView rate_factors_;  // [groups], wide
};

}  // namespace electra
