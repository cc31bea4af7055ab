#pragma once

#include <array>
#include <memory>
#include <span>

#include "electra/core/readback.h"
#include "electra/core/repeated_work.h"
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

  /// One optimizer step on this rank's part of the step's examples. Returns when the device has
  /// done the step before it; a GPU replays a recording from the third step on. Throws
  /// TrainingError, naming the first bad tensor, when the gradient was not finite three times in a
  /// row: one step later, or in `wait`.
  void step(const StepExamples& examples);
  /// Waits until every step is done. Throws as `step` does.
  void wait();

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
  /// What is replayed of a step, without its update where there are several ranks; nullptr as long
  /// as nothing is.
  [[nodiscard]] const Recording* recording() const { return compute_.recording(); }
  void set_replay(RepeatedWork::Replay replay);

 private:
  void prepare(const StepExamples& examples);
  void add_gradients();
  void stop_if_stuck(Index step);
  /// The step's number of this rank's first example.
  [[nodiscard]] Index first_example() const { return communicator_.rank() * share_; }
  [[nodiscard]] Readback& readback_of(Index step) const {
    return *skipped_[static_cast<std::size_t>(step % 2)];
  }
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
  Index share_;  // of the step's examples
  Buffer input_memory_;
  DeviceExamples inputs_;
  RepeatedWork compute_, update_;
  std::array<std::unique_ptr<Readback>, 2> skipped_;  // of even and odd steps
  Index first_step_ = 0;
  Index next_step_ = 0;
};

}  // namespace electra
