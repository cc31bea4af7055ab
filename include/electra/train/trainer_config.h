#pragma once

#include "electra/train/rates.h"
#include "electra/train/run_config.h"

namespace electra {

/// What steps depend on.
struct TrainerConfig {
  std::uint64_t seed = 1;
  Index steps = 1;
  Index batch = 1;        // sequences in a step, over all ranks
  Index micro_batch = 0;  // sequences that a rank computes at once; 0: all of its own
  Recompute recompute = Recompute::none;
  OptimizerConfig optimizer;
  ScheduleConfig schedule;
  Reduction reduction = Reduction::f32;
  RateFactor rate_factor = {};

  TrainerConfig() = default;
  TrainerConfig(const RunConfig& config, RateFactor factor = {})  // NOLINT: implicit, it has all
      : seed(config.seed),
        steps(config.train.steps),
        batch(config.train.batch),
        micro_batch(config.train.micro_batch),
        recompute(config.train.recompute),
        optimizer(config.optimizer),
        schedule(config.schedule),
        reduction(config.ranks.reduction),
        rate_factor(std::move(factor)) {}
};

/// The sequences that one of so many ranks computes at once. Throws ConfigError if the batch cannot
/// be divided over ranks and micro-batches.
[[nodiscard]] Index micro_batch_of(const TrainerConfig& config, int ranks);

}  // namespace electra
