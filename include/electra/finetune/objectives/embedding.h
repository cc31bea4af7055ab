#pragma once

#include "electra/finetune/objectives/task_objective.h"

namespace electra {

/// Vectors of texts that belong together, against all others of the batch
/// (in-batch negatives, Henderson et al., arXiv 1705.00652).
class Embedding final : public TaskObjective {
 public:
  Embedding(ParameterStore& store, TaskSetup setup) : TaskObjective(store, std::move(setup)) {}

 private:
  [[nodiscard]] TensorView learn(Pass& pass, TensorView hidden, const MicroBatch& batch,
                                 StepState& state, TensorView dhidden) const override;
};

}  // namespace electra
