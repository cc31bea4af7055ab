#pragma once

#include <span>
#include <string>

#include "electra/data/examples.h"
#include "electra/parallel/communicator.h"
#include "electra/train/gradient_sum.h"
#include "electra/train/metrics.h"
#include "electra/train/objective.h"
#include "electra/train/optimizer.h"

namespace electra {

/// Takes optimizer steps: one rank's part of a run.
class Trainer {
 public:
  /// Everything referred to must outlive the trainer. Throws ConfigError if the batch cannot be
  /// divided over ranks and micro-batches.
  Trainer(ParameterStore& store, const Objective& objective, Communicator& communicator,
          const RunConfig& config);

  /// One optimizer step on this rank's part of the step's examples. Throws TrainingError, naming
  /// the first bad tensor, when the gradient was not finite three times in a row.
  void step(const StepExamples& examples);

  /// The metrics since the last call, over all ranks.
  [[nodiscard]] PretrainingMetrics take_metrics();
  /// Metrics on held-out examples, without dropout; masks and samples depend on the seed alone, so
  /// that the same weights give the same figures. Every rank computes all that it is given.
  [[nodiscard]] PretrainingMetrics evaluate(std::span<const StepExamples> batches);

  [[nodiscard]] StepState& state() { return state_; }
  [[nodiscard]] Index next_step() const { return next_step_; }
  /// Continues at this step: the caller has loaded the store.
  void resume_at(Index step, StepState::Skipped skipped);
  [[nodiscard]] double last_rate() const { return state_.read(state_.rate); }
  [[nodiscard]] double last_gradient_norm() const { return state_.read(state_.norm); }
  [[nodiscard]] const Arena& arena() const { return arena_; }

 private:
  void begin(const StepTotals& totals);
  void accumulate(const Examples& examples);
  void reduce();
  void stop_if_stuck();
  void add_scores(RankAuc& auc, const Objective::Verdict& verdict, const Examples& examples) const;
  [[nodiscard]] double temperature() const;

  ParameterStore& store_;
  Context& context_;
  const Objective& objective_;
  Communicator& communicator_;
  RunConfig config_;
  Index micro_batch_;
  Index max_predictions_;
  Optimizer optimizer_;
  GradientSum gradient_sum_;
  StepState state_;
  Arena arena_;
  Index next_step_ = 0;
};

}  // namespace electra
