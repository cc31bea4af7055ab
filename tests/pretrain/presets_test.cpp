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
  config.evaluate.every = config.checkpoint.every = config.log.every = 0;
  CHECK(with_steps(config, 500).evaluate.every == 0);
  CHECK(with_steps(config, 500).checkpoint.every == 0);
  CHECK(with_steps(config, 500).log.every == 0);
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

TEST_CASE("the size of a preset's vocabulary may grow, one that is given may not", "[presets]") {
  using Grow = std::optional<bool>;
  CHECK(PretrainConfig{}.vocabulary.grow == Grow(false));  // who sets a size in code means it
  for (const char* name : {"tiny", "mini", "small", "small_plus_plus", "base", "large"})
    CHECK(pretrain_preset(name).vocabulary.grow == Grow());
  const PretrainConfig tiny = pretrain_preset("tiny");
  const auto with = [&](PretrainConfig config, const char* assignment) {
    return with_assignment(std::move(config), assignment);
  };
  CHECK(with(tiny, "train.steps=3").vocabulary.grow == Grow());
  CHECK(with(tiny, "vocabulary.size=300").vocabulary.grow == Grow(false));
  CHECK(from(R"({"preset": "tiny", "vocabulary": {"size": 300}})").vocabulary.grow == Grow(false));
  CHECK(from(R"({"preset": "tiny", "vocabulary": {"size": 300, "grow": true}})").vocabulary.grow ==
        Grow(true));
  // In either order.
  CHECK(with(with(tiny, "vocabulary.grow=true"), "vocabulary.size=300").vocabulary.grow ==
        Grow(true));
  CHECK(with(with(tiny, "vocabulary.size=300"), "vocabulary.grow=true").vocabulary.grow ==
        Grow(true));
  // A configuration that was recorded reads back as it is.
  CHECK(config_hash(config_from_json<PretrainConfig>(config_to_json(tiny), "a.json")) ==
        config_hash(tiny));
}
