#pragma once

#include "electra/finetune/objectives/task_objective.h"

namespace electra {

/// A number of a text or a pair, by the mean squared error.
class Regression final : public TaskObjective {
 public:
  Regression(ParameterStore& store, TaskSetup setup) : TaskObjective(store, std::move(setup)) {}

 private:
  [[nodiscard]] TensorView learn(Pass& pass, TensorView hidden, const MicroBatch& batch,
                                 StepState& state, TensorView dhidden) const override;
};

}  // namespace electra
