#pragma once

#include "electra/finetune/objectives/task_objective.h"

namespace electra {

/// Any number of labels of a text, by binary cross-entropy of each.
class SeveralLabels final : public TaskObjective {
 public:
  SeveralLabels(ParameterStore& store, TaskSetup setup) : TaskObjective(store, std::move(setup)) {}

 private:
  [[nodiscard]] TensorView learn(Pass& pass, TensorView hidden, const MicroBatch& batch,
                                 StepState& state, TensorView dhidden) const override;
};

}  // namespace electra
