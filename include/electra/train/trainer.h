#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "electra/core/interruption.h"
#include "electra/core/readback.h"
#include "electra/core/repeated_work.h"
#include "electra/data/step_source.h"
#include "electra/io/checkpoint.h"
#include "electra/parallel/communicator.h"
#include "electra/train/device_batch.h"
#include "electra/train/gradient_sum.h"
#include "electra/train/objective.h"
#include "electra/train/optimizer.h"

namespace electra {

/// Takes optimizer steps: one rank's part of a run.
class Trainer {
 public:
  /// Everything referred to must outlive the trainer. Throws ConfigError if the batch cannot be
  /// divided over ranks and micro-batches.
  Trainer(ParameterStore& store, const Objective& objective, Communicator& communicator,
          const TrainerConfig& config);

  /// One optimizer step on this rank's part of the step's batch, which may have fewer examples than
  /// the configuration says, and any length. Returns when the device has done
  /// the step before it; a GPU replays a recording from the third step of a shape on. Throws
  /// TrainingError, naming the first bad weight, or the first bad gradient where the weights are
  /// good, when the gradient was not finite three times in a row: one step later, or in `wait`.
  void step(const StepBatch& batch);
  /// Waits until every step is done. Throws as `step` does.
  void wait();

  /// The figures since the last call, over all ranks. Throws TrainingError, naming it, if one of
  /// them or of the sums that they are made of is not finite.
  [[nodiscard]] FigureValues take_values();
  /// Figures on so many held-out batches, without dropout; masks and samples depend on the seed
  /// alone, so that the same weights give the same figures. Every rank computes all that it is
  /// given, in micro-batches of training's size. `stop` is asked before each, equally often on
  /// every rank, and must say the same there; Interrupted is thrown then, and nothing has changed.
  /// Throws as take_values does.
  [[nodiscard]] FigureValues evaluate(StepSource& held_out, Index batches,
                                      const StopRequest& stop = {});
  [[nodiscard]] FigureValues evaluate(std::span<const StepBatch> batches);

  [[nodiscard]] Index next_step() const { return next_step_; }
  /// What all ranks have counted since the last call of take_values becomes rank 0's, which alone
  /// saves it.
  void gather_sums();
  /// Adds weights, moments, and what was counted since the last call of take_values; `state` then
  /// has the steps that were skipped. Throws TrainingError if a weight or a moment is not finite.
  void save(CheckpointWriter& checkpoint, CheckpointState& state) const;
  /// Goes on where a checkpoint was written. Only rank 0 takes the sums. Throws IoError;
  /// TrainingError if a weight, a moment or a sum is not finite.
  void load(const Checkpoint& checkpoint);
  [[nodiscard]] StepState::Skipped skipped() const { return state_.read_skipped(); }
  [[nodiscard]] double last_rate() const { return state_.read(state_.rate); }
  [[nodiscard]] double last_gradient_norm() const { return state_.read(state_.norm); }

  [[nodiscard]] const Optimizer& optimizer() const { return optimizer_; }
  [[nodiscard]] const Arena& arena() const { return arena_; }
  /// What the last step replayed, without its update where there are several ranks; nullptr if it
  /// replayed nothing.
  [[nodiscard]] const Recording* recording() const { return compute_.recording(); }
  void set_replay(RepeatedWork::Replay replay);

 private:
  void prepare(const StepBatch& batch);
  void expect_share(const StepBatch& batch) const;
  /// Room in device memory for batches that look like this one: the same at each call.
  [[nodiscard]] DeviceBatch& room_for(const HostBatch& batch);
  /// Of so many examples.
  void add_gradients(Index count);
  void update();
  void stop_if_stuck(Index step);
  /// The figures of these sums, which `when` names, if all are finite.
  [[nodiscard]] FigureValues finite(const std::string& when, FigureValues values,
                                    const HostSums& sums) const;
  [[nodiscard]] Readback& readback_of(Index step) const {
    return *skipped_[static_cast<std::size_t>(step % 2)];
  }

  ParameterStore& store_;
  Context& context_;
  const Objective& objective_;
  Communicator& communicator_;
  std::uint64_t seed_;
  Index share_;  // of the step's examples, at most
  Index micro_batch_;
  Recompute recompute_;
  Optimizer optimizer_;
  GradientSum gradient_sum_;
  StepState state_;
  Scalars scalars_;
  Arena arena_;
  std::map<std::pair<Index, Index>, DeviceBatch> inputs_;  // by count and length, as they come
  DeviceBatch* input_ = nullptr;                           // of this step
  RepeatedWork compute_, update_;
  std::array<std::unique_ptr<Readback>, 2> skipped_;  // of even and odd steps
  Index first_step_ = 0;
  Index next_step_ = 0;
};

}  // namespace electra
