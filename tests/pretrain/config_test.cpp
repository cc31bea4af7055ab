#include "electra/pretrain/config.h"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "electra/core/error.h"
#include "electra/io/config.h"
#include "electra/pretrain/presets.h"

using namespace electra;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

struct Case {
  const char* path;
  const char* expected;
  std::vector<const char*> bad, good;  // as they are written
};

const std::vector<Case> cases{
    {"vocabulary.size", "6 or more", {"5", "-1"}, {"6"}},
    {"vocabulary.character_coverage", "0 to 1", {"-0.1", "1.1"}, {"0", "1"}},
    {"vocabulary.limit_alphabet", "0 or more", {"-1"}, {"0", "7"}},
    {"data.length", "5 or more", {"4", "-1"}, {"5", "512"}},
    {"data.length", "5 to model.positions = 512", {"513"}, {}},
    {"data.held_out", "between 0 and 1", {"0", "1", "-0.5"}, {"0.5"}},
    {"data.bad_lines", "0 to 1", {"-0.1", "1.5"}, {"0", "0.01", "1"}},
    {"data.encoding",
     "auto, or an encoding that iconv knows here",
     {"klingon", "latin"},
     {"auto", "utf-8", "latin-1", "gbk"}},
    {"masking.share", "between 0 and 1", {"0", "1", "2"}, {"0.15"}},
    {"masking.keep", "0 or more and below 1", {"1", "-0.5"}, {"0", "0.99"}},
    {"masking.random_share", "0 or more and below 1", {"1", "-0.5"}, {"0", "0.85"}},
    {"masking.random_share", "at most 1 - masking.keep", {"0.9"}, {}},
    {"sampling.temperature", "a positive number", {"0", "-1"}, {"0.1"}},
    {"sampling.first_temperature", "a positive number", {"0", "-1"}, {"0.1"}},
    {"sampling.temperature_steps", "0 or more", {"-1"}, {"0", "7"}},
    {"loss.generator", "0 or more", {"-1"}, {"0", "7"}},
    {"loss.discriminator", "0 or more", {"-1"}, {"0", "7"}},
    {"train.batch", "1 or more", {"0"}, {"1"}},
};

PretrainConfig with(const char* path, const char* value) {
  return with_assignment(PretrainConfig{}, std::string(path) + "=" + value);
}

}  // namespace

TEST_CASE("a value of pretraining out of its range is refused with path, expected and found",
          "[config]") {
  for (const Case& each : cases) {
    for (const char* value : each.bad) {
      INFO(each.path << " = " << value);
      CHECK_THROWS_WITH(check(with(each.path, value)), std::string(each.path) + ": expected " +
                                                           each.expected + ", found " + value);
      CHECK_THROWS_AS(check(with(each.path, value)), ConfigError);
    }
    for (const char* value : each.good) {
      INFO(each.path << " = " << value);
      CHECK_NOTHROW(check(with(each.path, value)));
    }
  }
}

TEST_CASE("a model may have more positions than its training has", "[config]") {
  PretrainConfig config;
  config.model.positions = 1024;
  config.data.length = 512;
  CHECK_NOTHROW(check(config));
  config.data.length = 513;
  CHECK_THROWS_WITH(check(config), StartsWith("data.length: expected 5 to 512") &&
                                       Contains("not trained on") && Contains("found 513"));
}

TEST_CASE("every number of a run's configuration is held to a range, but for the seed",
          "[config][law]") {
  PretrainConfig config;
  for (const ConfigField& field : fields_of(config)) {
    const bool number = std::holds_alternative<int*>(field.value) ||
                        std::holds_alternative<std::int64_t*>(field.value) ||
                        std::holds_alternative<double*>(field.value);
    if (!number) continue;
    INFO(field.path);
    CHECK_THROWS_WITH(check(with(field.path.c_str(), "-3")), StartsWith(field.path + ": expected"));
  }
}

TEST_CASE("a warm-up beyond the run is refused, with the remedy", "[config]") {
  PretrainConfig config;
  config.train.steps = 300;
  CHECK_THROWS_WITH(check(config), Contains("schedule.warmup: expected at most train.steps = 300, "
                                            "found 10000") &&
                                       Contains("never reach its peak") &&
                                       Contains("schedule.warmup to a tenth"));
  config.schedule.warmup = 300;
  CHECK_NOTHROW(check(config));
}

TEST_CASE("a number of the configuration that is not finite is refused by path", "[config][law]") {
  PretrainConfig config;
  for (const ConfigField& field : fields_of(config))
    for (const char* text : {"nan", "NaN", "inf", "-inf", "Infinity", "1e999", "-1e999"}) {
      const bool number = std::holds_alternative<double*>(field.value) ||
                          std::holds_alternative<float*>(field.value);
      if (!number) continue;
      INFO(field.path << "=" << text);
      CHECK_THROWS_WITH(with(field.path.c_str(), text), Contains(field.path));
      const auto value = std::strtod(text, nullptr);
      if (auto* const* wide = std::get_if<double*>(&field.value)) {
        const double good = std::exchange(**wide, value);
        CHECK_THROWS_WITH(check(config), StartsWith(field.path + ": expected"));
        **wide = good;
      } else {
        auto& narrow = *std::get<float*>(field.value);
        const float good = std::exchange(narrow, static_cast<float>(value));
        CHECK_THROWS_WITH(check(config), StartsWith(field.path + ": expected"));
        narrow = good;
      }
    }
  CHECK_THROWS_AS(config_from_json<PretrainConfig>(R"({"schedule": {"peak": NaN}})", "a.json"),
                  ConfigError);
  CHECK_THROWS_AS(config_from_json<PretrainConfig>(R"({"schedule": {"peak": 1e999}})", "a.json"),
                  ConfigError);
}

TEST_CASE("what is longer than the run is said, and what is not is not", "[config]") {
  for (const char* name : {"tiny", "mini", "small", "base", "large"})
    CHECK(remarks_on(pretrain_preset(name)).empty());
  PretrainConfig config = pretrain_preset("tiny");
  config.train.steps = 50;
  const std::vector<std::string> remarks = remarks_on(config);
  REQUIRE(remarks.size() == 4);
  CHECK_THAT(remarks[0],
             Contains("sampling.temperature_steps = 5400 is more than train.steps = 50") &&
                 Contains("never comes to 1"));
  CHECK_THAT(remarks[1], StartsWith("log.every = 100"));
  CHECK_THAT(remarks[2], StartsWith("evaluate.every = 450"));
  CHECK_THAT(remarks[3], StartsWith("checkpoint.every = 1500"));
  CHECK(remarks_on(with_steps(pretrain_preset("tiny"), 50)).empty());
  config.sampling.first_temperature = config.sampling.temperature;
  CHECK(remarks_on(config).size() == 3);
}
