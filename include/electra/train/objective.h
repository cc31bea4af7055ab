#pragma once

#include <memory>
#include <string>

#include "electra/kernels/mask_tokens.h"
#include "electra/models/electra.h"
#include "electra/train/batch.h"
#include "electra/train/config.h"
#include "electra/train/step_state.h"

namespace electra {

/// What is learned: the one virtual seam between the trainer and the models.
class Objective {
 public:
  virtual ~Objective() = default;

  /// Forward and backward over one micro-batch: adds to the gradients and to `state.of_step`.
  virtual void accumulate(Pass& pass, const Batch& batch, StepState& state) const = 0;

  /// What the discriminator said of a micro-batch, in the pass's arena.
  struct Verdict {
    ConstTensorView logits;  // [batch, length], wide
    ConstTensorView labels;  // [batch, length], i32
  };
  /// The forward alone; adds to `state.of_step`.
  [[nodiscard]] virtual Verdict evaluate(Pass& pass, const Batch& batch,
                                         StepState& state) const = 0;
};

/// The objective that the configuration names; the model must outlive it. Throws ConfigError.
[[nodiscard]] std::unique_ptr<Objective> make_objective(const Electra& model,
                                                        const RunConfig& config,
                                                        const SpecialIds& special);

}  // namespace electra
