#include "electra/train/run_config.h"

#include <array>
#include <catch2/catch.hpp>
#include <limits>

#include "electra/core/error.h"
#include "electra/io/config.h"

using namespace electra;
using Catch::Matchers::StartsWith;

namespace {

struct Range {
  const char* path;
  const char* expected;
  std::vector<const char*> bad, good;  // as they are written
};

const std::array<Range, 17> ranges{{
    {"optimizer.beta1", "0 or more and below 1", {"1", "-0.5"}, {"0", "0.99"}},
    {"optimizer.beta2", "0 or more and below 1", {"1", "-0.5"}, {"0", "0.99"}},
    {"optimizer.epsilon", "a positive number", {"0", "-1"}, {"1e-12"}},
    {"optimizer.weight_decay", "0 or more", {"-0.5"}, {"0", "3"}},
    {"optimizer.clip_norm", "0 (no clipping) or more", {"-1"}, {"0", "7"}},
    {"train.steps", "0 or more", {"-1"}, {"0", "10000"}},
    {"schedule.peak", "0 or more", {"-0.5"}, {"0", "2"}},
    {"schedule.warmup", "0 or more", {"-1"}, {"0", "1000000"}},
    {"schedule.power", "0 or more", {"-0.5"}, {"0", "2"}},
    {"train.batch", "1 or more", {"0", "-8"}, {"1"}},
    {"train.micro_batch", "0 or more", {"-1"}, {"0", "4"}},
    {"evaluate.every", "0 or more", {"-1"}, {"0"}},
    {"evaluate.batches", "0 or more", {"-1"}, {"0"}},
    {"checkpoint.every", "0 or more", {"-1"}, {"0"}},
    {"checkpoint.keep", "0 or more", {"-1"}, {"0", "1"}},
    {"log.every", "0 or more", {"-1"}, {"0", "1"}},
    {"threads", "0 or more", {"-1"}, {"0", "3"}},
}};

RunConfig with(const char* path, const char* value) {
  return with_assignment(RunConfig{}, std::string(path) + "=" + value);
}

}  // namespace

TEST_CASE("the defaults are within their ranges", "[run_config]") {
  CHECK_NOTHROW(check(RunConfig{}));
}

TEST_CASE("a value out of its range is refused with its path, what was expected and found",
          "[run_config]") {
  for (const Range& range : ranges) {
    for (const char* value : range.bad) {
      INFO(range.path << " = " << value);
      CHECK_THROWS_AS(check(with(range.path, value)), ConfigError);
      CHECK_THROWS_WITH(check(with(range.path, value)), std::string(range.path) + ": expected " +
                                                            range.expected + ", found " + value);
    }
    for (const char* value : range.good) {
      INFO(range.path << " = " << value);
      CHECK_NOTHROW(check(with(range.path, value)));
    }
  }
}

TEST_CASE("ranks wait for each other for a while", "[run_config]") {
  for (const char* value : {"0", "-1"})
    CHECK_THROWS_WITH(
        check(with("ranks.deadline", value)),
        std::string("ranks.deadline: expected a positive number of seconds, found ") + value);
  CHECK_NOTHROW(check(with("ranks.deadline", "0.5")));
}

TEST_CASE("a warm-up is no longer than the run, unless there is none", "[run_config]") {
  RunConfig config;
  config.train.steps = 300;
  CHECK_THROWS_WITH(check(config),
                    StartsWith("schedule.warmup: expected at most train.steps = 300, "
                               "found 10000"));
  config.schedule.warmup = 300;
  CHECK_NOTHROW(check(config));
  config.schedule.warmup = 301;
  CHECK_THROWS_AS(check(config), ConfigError);
  config.train.steps = 0;
  CHECK_NOTHROW(check(config));
}

TEST_CASE("what is not a number is in no range", "[run_config]") {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const std::array<double OptimizerConfig::*, 5> of_optimizer{
      &OptimizerConfig::beta1, &OptimizerConfig::beta2, &OptimizerConfig::epsilon,
      &OptimizerConfig::weight_decay, &OptimizerConfig::clip_norm};
  for (const auto member : of_optimizer) {
    RunConfig config;
    config.optimizer.*member = nan;
    CHECK_THROWS_AS(check(config), ConfigError);
  }
  for (const auto member : {&ScheduleConfig::peak, &ScheduleConfig::power}) {
    RunConfig config;
    config.schedule.*member = nan;
    CHECK_THROWS_AS(check(config), ConfigError);
  }
}

TEST_CASE("every number that a path names is checked, but for the seed", "[run_config]") {
  RunConfig config;
  for (const ConfigField& field : fields_of(config)) {
    const bool number = std::holds_alternative<int*>(field.value) ||
                        std::holds_alternative<std::int64_t*>(field.value) ||
                        std::holds_alternative<double*>(field.value);
    if (!number) continue;
    INFO(field.path);
    CHECK_THROWS_WITH(check(with(field.path.c_str(), "-3")), StartsWith(field.path + ": expected"));
  }
}
