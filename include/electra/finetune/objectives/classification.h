#pragma once

#include "electra/finetune/objectives/task_objective.h"

namespace electra {

/// One class of a text or a pair, by softmax cross-entropy.
class Classification final : public TaskObjective {
 public:
  Classification(ParameterStore& store, TaskSetup setup) : TaskObjective(store, std::move(setup)) {}

 private:
  [[nodiscard]] TensorView learn(Pass& pass, TensorView hidden, const MicroBatch& batch,
                                 StepState& state, TensorView dhidden) const override;
};

}  // namespace electra
