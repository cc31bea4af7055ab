#include "electra/train/config.h"

#include <array>

#include "electra/core/error.h"

namespace electra {

namespace {

using namespace std::string_view_literals;

std::string shown(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

void expect(bool condition, std::string_view path, std::string_view expected, double found) {
  if (!condition)
    throw ConfigError(std::string(path) + ": expected " + std::string(expected) + ", found " +
                      shown(found));
}

void expect_count(std::string_view path, Index value, Index least) {
  expect(value >= least, path, std::to_string(least) + " or more", static_cast<double>(value));
}

void expect_share(std::string_view path, double value) {
  expect(value >= 0 && value < 1, path, "0 or more and below 1", value);
}

void check_data(const RunConfig& c) {
  expect(c.data.length >= 5 && c.data.length <= c.model.positions, "data.length",
         "5 to model.positions = " + std::to_string(c.model.positions),
         static_cast<double>(c.data.length));
  expect(c.data.held_out > 0 && c.data.held_out < 1, "data.held_out", "between 0 and 1",
         c.data.held_out);
  expect(c.masking.share > 0 && c.masking.share < 1, "masking.share", "between 0 and 1",
         c.masking.share);
  expect_share("masking.keep", c.masking.keep);
  expect_share("masking.random_share", c.masking.random_share);
  expect(c.masking.keep + c.masking.random_share <= 1, "masking.random_share",
         "at most 1 - masking.keep", c.masking.random_share);
  expect(c.sampling.temperature > 0, "sampling.temperature", "a positive number",
         c.sampling.temperature);
  expect(c.sampling.first_temperature > 0, "sampling.first_temperature", "a positive number",
         c.sampling.first_temperature);
  expect_count("sampling.temperature_steps", c.sampling.temperature_steps, 0);
}

void check_optimizer(const RunConfig& c) {
  expect_share("optimizer.beta1", c.optimizer.beta1);
  expect_share("optimizer.beta2", c.optimizer.beta2);
  expect(c.optimizer.epsilon > 0, "optimizer.epsilon", "a positive number", c.optimizer.epsilon);
  expect(c.optimizer.weight_decay >= 0, "optimizer.weight_decay", "0 or more",
         c.optimizer.weight_decay);
  expect(c.optimizer.clip_norm >= 0, "optimizer.clip_norm", "0 (no clipping) or more",
         c.optimizer.clip_norm);
  expect(c.schedule.peak >= 0, "schedule.peak", "0 or more", c.schedule.peak);
  expect_count("schedule.warmup", c.schedule.warmup, 0);
  expect(c.schedule.power >= 0, "schedule.power", "0 or more", c.schedule.power);
  expect(c.loss.generator >= 0, "loss.generator", "0 or more", c.loss.generator);
  expect(c.loss.discriminator >= 0, "loss.discriminator", "0 or more", c.loss.discriminator);
}

}  // namespace

std::span<const std::string_view> enum_names(Precision) {
  static constexpr std::array names{"f32"sv, "bf16"sv, "f64"sv};
  return names;
}

std::span<const std::string_view> enum_names(Compat) {
  static constexpr std::array names{"google"sv, "hf"sv};
  return names;
}

std::span<const std::string_view> enum_names(Reduction) {
  static constexpr std::array names{"f32"sv, "bf16"sv};
  return names;
}

void check(const RunConfig& config) {
  check(config.model, config.vocabulary.size);
  check_data(config);
  check_optimizer(config);
  expect_count("train.steps", config.train.steps, 0);
  if (config.train.steps > 0 && config.schedule.warmup > config.train.steps)
    throw ConfigError(
        "schedule.warmup: expected at most train.steps = " + std::to_string(config.train.steps) +
        ", found " + std::to_string(config.schedule.warmup) +
        ": the rate would never reach its peak. Set schedule.warmup to a tenth of the steps, say, "
        "or scale a preset by --steps (with_steps)");
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
