#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "electra/core/context.h"
#include "electra/pretrain/config.h"
#include "electra/train/trainer.h"
#include "step/parts.h"

namespace electra::bench {

/// A new pair of models and its optimizer steps on random text.
class PretrainingSteps {
 public:
  explicit PretrainingSteps(const PretrainConfig& config);

  /// Milliseconds of each of `count` steps, when each is waited for.
  std::vector<double> timed(int count);
  /// Seconds of one step as in a run, where nobody waits between them: over at least `seconds`.
  [[nodiscard]] double sustained(double seconds);
  /// What each kernel of `count` steps took, in order.
  [[nodiscard]] Timeline observed(int count);
  /// One step, every kernel of it launched by itself, between the marks that a profiler of the GPU
  /// looks for.
  void profiled();

  [[nodiscard]] Context& context() const { return *context_; }
  [[nodiscard]] Index parameters() const { return store_.parameter_count(); }
  /// What the step keeps in memory, in bytes, by what it is for.
  [[nodiscard]] std::vector<std::pair<std::string, Index>> memory() const;
  /// Kernels of the recorded step; 0 if none was recorded.
  [[nodiscard]] Index launches() const;
  [[nodiscard]] FigureValues take_values() { return trainer_->take_values(); }

 private:
  /// One of a few batches: making a new one takes longer than a GPU's step.
  [[nodiscard]] const StepBatch& batch(Index step) const;

  PretrainConfig config_;
  std::vector<StepBatch> batches_;
  std::unique_ptr<Context> context_;
  ParameterStore store_;
  std::unique_ptr<Objective> objective_;
  std::unique_ptr<Communicator> alone_;
  std::unique_ptr<Trainer> trainer_;
};

}  // namespace electra::bench
