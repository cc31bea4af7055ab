#include "electra/pretrain/presets.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "electra/io/config.h"

using namespace electra;
using Catch::Matchers::Contains;

namespace {

PretrainConfig from(const std::string& json) {
  return config_from_json<PretrainConfig>(json, "a.json");
}

}  // namespace

TEST_CASE("a preset is applied before the values beside it, wherever it is named", "[presets]") {
  for (const std::string json : {R"({"train": {"batch": 8}, "preset": "base"})",
                                 R"({"model": {"preset": "base"}, "train": {"batch": 8}})"}) {
    const PretrainConfig config = from(json);
    CHECK(config.model.hidden == 768);
    CHECK(config.schedule.peak == 2e-4);
    CHECK(config.train.batch == 8);
  }
  CHECK(from(R"({"preset": "base", "model": {"hidden": 64}})").model.hidden == 64);
}

TEST_CASE("a preset as an assignment is that preset", "[presets]") {
  for (const std::string path : {"preset", "model.preset"}) {
    const PretrainConfig config = with_assignment(pretrain_preset("tiny"), path + "=base");
    CHECK(config_hash(config) == config_hash(pretrain_preset("base")));
  }
}

TEST_CASE("an unknown preset is refused, and no preset is a label", "[presets]") {
  CHECK_THROWS_WITH(from(R"({"preset": "nonsense"})"),
                    Contains("small_plus_plus") && Contains("\"nonsense\""));
  CHECK_THROWS_AS(with_assignment(PretrainConfig{}, "model.preset=nonsense"), ConfigError);
  CHECK_THROWS_WITH(from(R"({"preset": 7})"), Contains("preset: expected a preset's name"));
  CHECK_THAT(config_to_json(pretrain_preset("base")), !Contains("preset"));
}

TEST_CASE("what is done at the end alone stays so, however many steps there are", "[presets]") {
  PretrainConfig config = pretrain_preset("tiny");
  config.evaluate.every = config.checkpoint.every = 0;
  CHECK(with_steps(config, 500).evaluate.every == 0);
  CHECK(with_steps(config, 500).checkpoint.every == 0);
}

TEST_CASE("every preset can be trained, whole and with fewer steps", "[presets]") {
  const std::string name = GENERATE("tiny", "mini", "small", "small_plus_plus", "base", "large");
  const PretrainConfig config = pretrain_preset(name);
  CHECK_NOTHROW(check(config));
  for (const Index steps : {1, 60, 1000}) {
    const PretrainConfig fewer = with_steps(config, steps);
    CHECK(fewer.train.steps == steps);
    CHECK_NOTHROW(check(fewer));
  }
}
