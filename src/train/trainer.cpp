#include "electra/train/trainer.h"

#include <algorithm>
#include <utility>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/io/stored_parameters.h"

namespace electra {

namespace {

constexpr Index stuck_after = 3;  // steps in a row whose gradient was not finite
constexpr const char* weights_are_bad = ". The last good weights are in the newest checkpoint";

/// Batches that somebody holds.
class GivenBatches final : public StepSource {
 public:
  explicit GivenBatches(std::span<const StepBatch> batches) : batches_(batches) {}
  [[nodiscard]] StepBatch at(Index step) override {
    return batches_[static_cast<std::size_t>(step)];
  }

 private:
  std::span<const StepBatch> batches_;
};

std::vector<StoredBuffer> stored(const ParameterStore& store, const Optimizer& optimizer) {
  return {{"parameters", store.master()},
          {"moment_1", optimizer.moment_1()},
          {"moment_2", optimizer.moment_2()}};
}

}  // namespace

Trainer::Trainer(ParameterStore& store, const Objective& objective, Communicator& communicator,
                 const TrainerConfig& config)
    : store_(store),
      context_(store.context()),
      objective_(objective),
      communicator_(communicator),
      seed_(config.seed),
      share_(config.batch / communicator.size()),
      micro_batch_(micro_batch_of(config, communicator.size())),
      recompute_(config.recompute),
      optimizer_(store, config),
      gradient_sum_(context_, communicator, store.gradients(), config.reduction),
      state_(context_, store.master().dtype(), objective.sums()),
      arena_(context_),
      compute_(context_, arena_),
      update_(context_, arena_) {
  for (auto& readback : skipped_) readback = context_.make_readback(state_.skipped.bytes());
}

void Trainer::step(const StepBatch& batch) {
  prepare(batch);
  const Index count = batch.batch.count();
  const WorkKey key{.shape = {count, micro_batch_, batch.batch.length}};
  if (communicator_.size() == 1) {
    compute_.run(key, [&] {
      add_gradients(count);
      update();
    });
  } else {
    compute_.run(key, [&] { add_gradients(count); });
    gradient_sum_
        .reduce();  // a loss that is not finite makes gradients that are not, on every rank
    update_.run({.phase = key.phase}, [&] { update(); });  // the same for every shape
  }
  readback_of(next_step_).fetch(state_.skipped);
  ++next_step_;
  // The step before: the device is never more than one step behind, and never waits for the host.
  if (next_step_ - first_step_ >= 2) stop_if_stuck(next_step_ - 2);
}

void Trainer::wait() {
  if (next_step_ > first_step_) stop_if_stuck(next_step_ - 1);
}

void Trainer::prepare(const StepBatch& batch) {
  expect_share(batch);
  objective_.prepare(batch.totals, next_step_, scalars_);
  state_.upload(scalars_);
  input_ = &room_for(batch.batch);
  input_->upload(batch.batch);
}

/// Ranks share out the examples of a step evenly, as Loader does.
void Trainer::expect_share(const StepBatch& batch) const {
  const auto begin_of = [&](Index rank) {
    return batch.totals.examples * rank / communicator_.size();
  };
  const Index begin = begin_of(communicator_.rank());
  const Index count = begin_of(communicator_.rank() + 1) - begin;
  if (batch.batch.first == begin && batch.batch.count() == count && count <= share_) return;
  throw Error("step " + std::to_string(next_step_) + ": expected " +
              std::to_string(std::min(count, share_)) + " examples from " + std::to_string(begin) +
              " on, found " + std::to_string(batch.batch.count()) + " from " +
              std::to_string(batch.batch.first));
}

DeviceBatch& Trainer::room_for(const HostBatch& batch) {
  return inputs_.try_emplace({batch.count(), batch.length}, context_, batch).first->second;
}

void Trainer::add_gradients(Index count) {
  store_.zero_gradients();
  for (Index first = 0; first < count; first += micro_batch_) {
    arena_.reset();
    const MicroBatch batch = input_->micro_batch(first, std::min(micro_batch_, count - first));
    Pass pass = pass_over(batch, context_, arena_,
                          {.seed = seed_, .step = state_.step, .recompute = recompute_});
    objective_.accumulate(pass, batch, state_);
  }
  arena_.reset();  // the first step's blocks become one here, so that the second moves nothing
}

void Trainer::update() {
  optimizer_.step(state_);
  state_.end_step();
}

void Trainer::stop_if_stuck(Index step) {
  const StepState::Skipped skipped = StepState::skipped_in(readback_of(step).wait());
  communicator_.check();  // if another rank is lost, what was read means nothing
  if (skipped.in_a_row < stuck_after) return;
  first_step_ = next_step_;  // reported once: the caller may go on
  const std::string stuck = "step " + std::to_string(step) + ": the gradient was not finite " +
                            std::to_string(stuck_after) + " times in a row; first bad ";
  if (const auto weight = store_.first_non_finite_weight())
    throw TrainingError(stuck + "weight: " + to_string(*weight) + weights_are_bad);
  const Parameter* bad = store_.first_non_finite_gradient();
  throw TrainingError(
      stuck +
      "tensor: " + (bad == nullptr ? std::string("none, but a loss was not finite") : bad->name) +
      ". The weights are those of the last good step; a lower schedule.peak or a longer "
      "schedule.warmup helps if the loss was growing");
}

FigureValues Trainer::finite(const std::string& when, FigureValues values,
                             const HostSums& sums) const {
  std::string bad = non_finite_text(values);
  if (bad.empty()) bad = sums.non_finite_text();
  if (bad.empty()) return values;
  const auto weight = store_.first_non_finite_weight();
  throw TrainingError(when + ": " + bad + "; " +
                      (weight ? "first bad weight: " + to_string(*weight) + weights_are_bad
                              : "all weights are finite. A lower schedule.peak or a longer "
                                "schedule.warmup helps if the loss was growing"));
}

void Trainer::set_replay(RepeatedWork::Replay replay) {
  compute_.set_replay(replay);
  update_.set_replay(replay);
}

void Trainer::save(CheckpointWriter& checkpoint, CheckpointState& state) const {
  save_buffers(store_, stored(store_, optimizer_), checkpoint);
  state_.running.save(checkpoint);
  const auto [total, in_a_row] = state_.read_skipped();
  state["skipped"] = total;
  state["skipped_in_a_row"] = in_a_row;
}

void Trainer::load(const Checkpoint& checkpoint) {
  load_buffers(checkpoint, store_, stored(store_, optimizer_));
  store_.update_values();
  first_step_ = next_step_ = checkpoint.step();
  state_.set_step(checkpoint.step());
  state_.set_skipped(
      {.total = checkpoint.integer("skipped"), .in_a_row = checkpoint.integer("skipped_in_a_row")});
  if (communicator_.rank() == 0) state_.running.load(checkpoint);
}

void Trainer::gather_sums() {
  state_.running.add_over(communicator_);
  if (communicator_.rank() != 0) state_.running.clear();
  communicator_.barrier();
}

FigureValues Trainer::take_values() {
  const HostSums sums = state_.running.read(communicator_);
  state_.running.clear();
  communicator_.check();  // if another rank is lost, what was read means nothing
  return finite("step " + std::to_string(next_step_), objective_.values(sums), sums);
}

FigureValues Trainer::evaluate(std::span<const StepBatch> batches) {
  GivenBatches given(batches);
  return evaluate(given, static_cast<Index>(batches.size()));
}

FigureValues Trainer::evaluate(StepSource& held_out, Index batches, const StopRequest& stop) {
  const auto evaluation = objective_.evaluation();
  StepState state(context_, store_.master().dtype(), objective_.sums());
  Scalars scalars;
  evaluation->prepare(scalars);
  state.upload(scalars);
  Arena arena(context_);  // training's stays as small as its micro-batches
  std::optional<DeviceBatch> device;
  std::pair<Index, Index> room;  // its examples and their length
  for (Index step = 0; step < batches; ++step) {
    state.set_step(step);
    const HostBatch whole = held_out.at(step).batch;
    for (Index first = 0; first < whole.count(); first += micro_batch_) {
      stop_if(stop);
      const HostBatch host = whole.slice(first, std::min(micro_batch_, whole.count() - first));
      const std::pair looks{host.count(), host.length};
      if (std::exchange(room, looks) != looks) device.emplace(context_, host);
      device->upload(host);
      arena.reset();
      const MicroBatch batch = device->micro_batch(0, host.count());
      Pass pass = pass_over(
          batch, context_, arena,
          {.seed = seed_, .step = state.step, .mode = Mode::inference, .draws = Draws::evaluation});
      evaluation->add(pass, batch, host, state);
    }
  }
  const std::unique_ptr<Communicator> alone = Communicator::single_process();
  const HostSums sums = state.of_step.read(*alone);
  return finite("held out at step " + std::to_string(next_step_), evaluation->finish(sums), sums);
}

}  // namespace electra
