#pragma once

#include "electra/finetune/objectives/task_objective.h"

namespace electra {

/// A label of every word, at its first piece, by softmax cross-entropy over words.
class Tagging final : public TaskObjective {
 public:
  Tagging(ParameterStore& store, TaskSetup setup) : TaskObjective(store, std::move(setup)) {}

 private:
  [[nodiscard]] TensorView learn(Pass& pass, TensorView hidden, const MicroBatch& batch,
                                 StepState& state, TensorView dhidden) const override;
};

}  // namespace electra
