#include "step/pretraining_steps.h"

#include <chrono>
#include <cstdio>
#include <string>
#include <utility>

#include "core/cpu/cpu_context.h"
#include "electra/core/peak_memory.h"
#include "electra/core/random.h"
#include "electra/core/recording.h"
#include "electra/pretrain/objectives.h"
#include "electra/pretrain/objectives/masking.h"
#include "support/gpu_timer.h"

namespace electra::bench {

namespace {

using Clock = std::chrono::steady_clock;

StepBatch random_text(const PretrainConfig& config, std::uint32_t step) {
  RandomStream random(config.seed, site(Network::none, 0, Place::pack), 0, step);
  const Index length = config.data.length;
  HostBatch e;
  e.length = length;
  for (Index row = 0; row < config.train.batch; ++row) {
    for (Index column = 0; column < length; ++column) {
      const auto word = 5 + random.below(static_cast<std::uint32_t>(config.vocabulary.size - 5));
      const std::int32_t edge = column == 0 ? 2 : 3;
      e.ids.push_back(column == 0 || column == length - 1 ? edge : static_cast<std::int32_t>(word));
      e.types.push_back(0);
    }
    e.lengths.push_back(static_cast<std::int32_t>(length));
  }
  add_mask_counts(e, config.masking.share, SpecialIds{});
  StepTotals totals = totals_of(e);
  return {.batch = std::move(e), .totals = std::move(totals), .epoch = 0};
}

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::unique_ptr<Context> create_context(const PretrainConfig& config) {
  const auto [device, remark] = choose_device(config.device);
  if (!remark.empty()) std::fprintf(stderr, "%s\n", remark.c_str());
  return Context::create(device, {.threads = config.threads});
}

}  // namespace

PretrainingSteps::PretrainingSteps(const PretrainConfig& config)
    : config_(config),
      context_(create_context(config_)),
      objective_(make_objective(store_, config_, SpecialIds{})) {
  store_.allocate(*context_, config_.precision);
  store_.initialise(config_.seed, config_.model.initializer_range);
  alone_ = Communicator::single_process();
  trainer_ = std::make_unique<Trainer>(store_, *objective_, *alone_, config_);
  constexpr std::uint32_t some = 8;
  for (std::uint32_t i = 0; i < some; ++i) batches_.push_back(random_text(config_, i));
}

const StepBatch& PretrainingSteps::batch(Index step) const {
  return batches_[static_cast<std::size_t>(step) % batches_.size()];
}

std::vector<double> PretrainingSteps::timed(int count) {
  std::vector<double> milliseconds;
  for (int i = 0; i < count; ++i) {
    const auto start = Clock::now();
    trainer_->step(batch(trainer_->next_step()));
    context_->synchronize();
    milliseconds.push_back(1e3 * seconds_since(start));
  }
  return milliseconds;
}

std::vector<std::pair<std::string, Index>> PretrainingSteps::memory() const {
  const bool has_copy = store_.values().raw() != store_.master().raw();
  const Optimizer& optimizer = trainer_->optimizer();
  std::vector<std::pair<std::string, Index>> parts{
      {"weights", store_.master().bytes()},
      {"weights in bf16", has_copy ? store_.values().bytes() : 0},
      {"gradients", store_.gradients().bytes()},
      {"moments", optimizer.moment_1().bytes() + optimizer.moment_2().bytes()},
      {"activations", trainer_->arena().capacity()}};
  if (const auto* cpu = dynamic_cast<const CpuContext*>(context_.get()))
    parts.emplace_back("scratch of kernels", cpu->workspace_bytes());
  Index known = 0;
  for (const auto& [name, bytes] : parts) known += bytes;
  if (context_->device().type == DeviceType::cpu)
    parts.emplace_back("program, libraries and the rest", peak_memory_bytes() - known);
  return parts;
}

double PretrainingSteps::sustained(double seconds) {
  const auto start = Clock::now();
  int count = 0;
  do {
    trainer_->step(batch(trainer_->next_step()));
    ++count;
  } while (seconds_since(start) < seconds);
  context_->synchronize();
  return seconds_since(start) / count;
}

Timeline PretrainingSteps::observed(int count) {
  Timeline timeline;
  context_->set_observer([&](const KernelEvent& event) { timeline.push_back(event); });
  static_cast<void>(timed(count));
  context_->set_observer({});
  return timeline;
}

void PretrainingSteps::profiled() {
  trainer_->set_replay(RepeatedWork::Replay::never);
  static_cast<void>(timed(1));
  if constexpr (built_with_cuda) profile([&] { static_cast<void>(timed(1)); });
  trainer_->set_replay(RepeatedWork::Replay::when_possible);
}

Index PretrainingSteps::launches() const {
  const Recording* const recording = trainer_->recording();
  return recording == nullptr ? 0 : recording->kernels();
}

}  // namespace electra::bench
