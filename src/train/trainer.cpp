#include "electra/train/trainer.h"

#include <algorithm>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/data/masking.h"

namespace electra {

namespace {

constexpr Index stuck_after = 3;  // steps in a row whose gradient was not finite

Index checked_micro_batch(const RunConfig& config, int ranks) {
  const Index batch = config.train.batch;
  const Index share = batch / ranks;
  const Index micro = config.train.micro_batch == 0 ? share : config.train.micro_batch;
  if (batch % ranks != 0 || micro < 1 || share % micro != 0)
    throw ConfigError(
        "train.batch: expected a multiple of ranks x train.micro_batch = " + std::to_string(ranks) +
        " x " + std::to_string(micro) + ", found " + std::to_string(batch));
  return micro;
}

}  // namespace

Trainer::Trainer(ParameterStore& store, const Objective& objective, Communicator& communicator,
                 const RunConfig& config)
    : store_(store),
      context_(store.context()),
      objective_(objective),
      communicator_(communicator),
      config_(config),
      micro_batch_(checked_micro_batch(config, communicator.size())),
      max_predictions_(max_predictions(config.masking.share, config.data.length)),
      optimizer_(store, config),
      gradient_sum_(context_, communicator, store.gradients(), config.ranks.reduction),
      state_(store.context(), store.master().dtype()),
      arena_(store.context()),
      share_(config.train.batch / communicator.size()),
      input_memory_(context_, 4 * DeviceExamples::storage_size(share_, config.data.length)),
      inputs_(input_memory_.view({input_memory_.bytes() / 4}, DType::i32), share_,
              config.data.length),
      compute_(context_, arena_),
      update_(context_, arena_) {
  for (auto& readback : skipped_) readback = context_.make_readback(state_.skipped.bytes());
}

void Trainer::step(const StepExamples& examples) {
  prepare(examples);
  if (communicator_.size() == 1) {
    compute_.run([&] {
      add_gradients();
      optimizer_.step(state_);
    });
  } else {
    compute_.run([&] { add_gradients(); });
    gradient_sum_.run();  // a loss that is not finite makes gradients that are not, on every rank
    update_.run([&] { optimizer_.step(state_); });
  }
  readback_of(next_step_).fetch(state_.skipped);
  ++next_step_;
  // The step before: the device is never more than one step behind, and never waits for the host.
  if (next_step_ - first_step_ >= 2) stop_if_stuck(next_step_ - 2);
}

void Trainer::wait() {
  if (next_step_ > first_step_) stop_if_stuck(next_step_ - 1);
}

void Trainer::prepare(const StepExamples& examples) {
  if (examples.examples.first != first_example())
    throw Error("step " + std::to_string(next_step_) + ": expected the examples from " +
                std::to_string(first_example()) + " on, found those from " +
                std::to_string(examples.examples.first));
  const auto per = [](double weight, Index count) {
    return weight / static_cast<double>(std::max<Index>(count, 1));
  };
  state_.set({.generator_scale = per(config_.loss.generator, examples.totals.masked),
              .discriminator_scale = per(config_.loss.discriminator, examples.totals.tokens),
              .temperature = temperature()});
  inputs_.upload(context_, examples.examples);
}

double Trainer::temperature() const {
  const SamplingConfig& s = config_.sampling;
  if (next_step_ >= s.temperature_steps) return s.temperature;
  const double left =
      1 - static_cast<double>(next_step_) / static_cast<double>(s.temperature_steps);
  return s.temperature + (s.first_temperature - s.temperature) * left;
}

void Trainer::add_gradients() {
  store_.zero_gradients();
  for (Index first = 0; first < share_; first += micro_batch_) {
    arena_.reset();
    Pass pass{.context = context_,
              .arena = arena_,
              .sequences = {},
              .random = {.seed = config_.seed, .step = state_.step}};
    const Batch batch =
        inputs_.batch(pass, first, micro_batch_, first_example() + first, max_predictions_);
    objective_.accumulate(pass, batch, state_);
  }
  arena_.reset();  // the first step's blocks become one here, so that the second moves nothing
}

void Trainer::stop_if_stuck(Index step) {
  const StepState::Skipped skipped = StepState::skipped_in(readback_of(step).wait());
  communicator_.check();  // if another rank is lost, what was read means nothing
  if (skipped.in_a_row < stuck_after) return;
  first_step_ = next_step_;  // reported once: the caller may go on
  const Parameter* bad = store_.first_non_finite_gradient();
  throw TrainingError(
      "step " + std::to_string(step) + ": the gradient was not finite " +
      std::to_string(stuck_after) + " times in a row; first bad tensor: " +
      (bad == nullptr ? std::string("the generator's logits") : bad->name) +
      ". The weights are those of the last good step; a lower schedule.peak or a longer "
      "schedule.warmup helps if the loss was growing");
}

void Trainer::set_replay(RepeatedWork::Replay replay) {
  compute_.set_replay(replay);
  update_.set_replay(replay);
}

void Trainer::resume_at(Index step, StepState::Skipped skipped) {
  first_step_ = next_step_ = step;
  state_.set_step(step);
  state_.set_skipped(skipped);
}

PretrainingMetrics Trainer::take_metrics() {
  const PretrainingMetrics metrics =
      read_metrics(context_, communicator_, state_.running,
                   {config_.loss.generator, config_.loss.discriminator});
  state_.clear(state_.running);
  return metrics;
}

PretrainingMetrics Trainer::evaluate(std::span<const StepExamples> batches) {
  StepState state(context_, store_.master().dtype());
  state.set({.generator_scale = 1,
             .discriminator_scale = 1,
             .temperature = config_.sampling.temperature});
  RankAuc auc;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    state.set_step(static_cast<Index>(i));
    arena_.reset();
    Pass pass{.context = context_,
              .arena = arena_,
              .sequences = {},
              .random = {.seed = config_.seed, .step = state.step},
              .mode = Mode::inference,
              .draws = Draws::evaluation};
    const Examples& examples = batches[i].examples;
    const Batch batch = upload(pass, examples, max_predictions_);
    add_scores(auc, objective_.evaluate(pass, batch, state), examples);
  }
  const std::unique_ptr<Communicator> alone = Communicator::single_process();
  PretrainingMetrics metrics = read_metrics(context_, *alone, state.of_step,
                                            {config_.loss.generator, config_.loss.discriminator});
  metrics.disc_auc = auc.value();
  return metrics;
}

void Trainer::add_scores(RankAuc& auc, const Objective::Verdict& verdict,
                         const Examples& examples) const {
  const auto size = static_cast<std::size_t>(verdict.logits.size());
  std::vector<std::int32_t> labels(size);
  context_.download(verdict.labels, std::as_writable_bytes(std::span(labels)));
  const auto add = [&]<class T>(std::vector<T> logits) {
    context_.download(verdict.logits, std::as_writable_bytes(std::span(logits)));
    for (Index row = 0; row < examples.count(); ++row)
      for (Index column = 0; column < examples.lengths[static_cast<std::size_t>(row)]; ++column) {
        const auto i = static_cast<std::size_t>(row * examples.length + column);
        auc.add(static_cast<double>(logits[i]), labels[i] != 0);
      }
  };
  if (verdict.logits.dtype() == DType::f64)
    add(std::vector<double>(size));
  else
    add(std::vector<float>(size));
}

}  // namespace electra
