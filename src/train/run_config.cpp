#include "electra/train/run_config.h"

#include <array>

#include "core/range.h"

namespace electra {

namespace {

void check_optimizer(const OptimizerConfig& c) {
  expect_share("optimizer.beta1", c.beta1);
  expect_share("optimizer.beta2", c.beta2);
  expect(c.epsilon > 0, "optimizer.epsilon", "a positive number", c.epsilon);
  expect(c.weight_decay >= 0, "optimizer.weight_decay", "0 or more", c.weight_decay);
  expect(c.clip_norm >= 0, "optimizer.clip_norm", "0 (no clipping) or more", c.clip_norm);
}

void check_schedule(const ScheduleConfig& c, Index steps) {
  expect(c.peak >= 0, "schedule.peak", "0 or more", c.peak);
  expect_count("schedule.warmup", c.warmup, 0);
  expect(c.power >= 0, "schedule.power", "0 or more", c.power);
  if (steps > 0 && c.warmup > steps)
    throw ConfigError("schedule.warmup: expected at most train.steps = " + std::to_string(steps) +
                      ", found " + std::to_string(c.warmup) +
                      ": the rate would never reach its peak. Set schedule.warmup to a tenth of "
                      "the steps, say, or scale a preset by --steps (with_steps)");
}

}  // namespace

std::span<const std::string_view> enum_names(Reduction) {
  static constexpr std::array<std::string_view, 2> names{"f32", "bf16"};
  return names;
}

void check(const RunConfig& config) {
  check_optimizer(config.optimizer);
  expect_count("train.steps", config.train.steps, 0);
  check_schedule(config.schedule, config.train.steps);
  expect_count("train.batch", config.train.batch, 1);
  expect_count("train.micro_batch", config.train.micro_batch, 0);
  expect_count("evaluate.every", config.evaluate.every, 0);
  expect_count("evaluate.batches", config.evaluate.batches, 0);
  expect_count("checkpoint.every", config.checkpoint.every, 0);
  expect_count("checkpoint.keep", config.checkpoint.keep, 0);
  expect_count("log.every", config.log.every, 1);
  expect_count("threads", config.threads, 0);
  expect(config.ranks.deadline > 0, "ranks.deadline", "a positive number of seconds",
         config.ranks.deadline);
}

}  // namespace electra
