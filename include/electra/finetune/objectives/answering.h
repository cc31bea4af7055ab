#pragma once

#include "electra/finetune/objectives/task_objective.h"

namespace electra {

/// Where in a passage the answer to a question is, by softmax cross-entropy over places.
class Answering final : public TaskObjective {
 public:
  Answering(ParameterStore& store, TaskSetup setup) : TaskObjective(store, std::move(setup)) {}

 private:
  [[nodiscard]] TensorView learn(Pass& pass, TensorView hidden, const MicroBatch& batch,
                                 StepState& state, TensorView dhidden) const override;
};

}  // namespace electra
