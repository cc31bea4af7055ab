#include "electra/pretrain/objectives/masked_language_model.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "support/temporary_folder.h"
#include "train/small_run.h"

using namespace electra;
using electra::test::Run;
using electra::test::small_config;

namespace {

/// A generator of these sizes, learning alone, and the same network as a masked language model.
struct Configs {
  PretrainConfig pair = small_config();
  PretrainConfig alone = small_config();

  Configs() {
    pair.model.sharing = Sharing::none;
    pair.loss.discriminator = 0;
    ModelConfig& m = alone.model;
    m.hidden = pair.model.generator.hidden;
    m.layers = pair.model.generator.layers;
    m.heads = pair.model.generator.heads;
    m.intermediate = pair.model.generator.intermediate;
    alone.objective = "masked_language_model";
  }
};

std::vector<float> values_of(const Run& run, const std::string& parameter) {
  for (const Parameter& each : run.store.parameters())
    if (each.name == parameter) {
      const auto values = each.master.span<float>();
      return {values.begin(), values.end()};
    }
  FAIL("no parameter " << parameter);
  return {};
}

}  // namespace

TEST_CASE("a masked language model learns as a generator whose discriminator has no weight",
          "[objective][law]") {
  Configs c;
  c.pair.precision = c.alone.precision = GENERATE(Precision::f32, Precision::bf16);
  c.pair.train.micro_batch = c.alone.train.micro_batch = GENERATE(0, 4);
  Run pair(c.pair), alone(c.alone);
  pair.until(4);
  alone.until(4);
  CHECK(alone.store.parameters().size() < pair.store.parameters().size());
  for (const Parameter& parameter : alone.store.parameters()) {
    INFO(parameter.name);
    CHECK(values_of(alone, parameter.name) == values_of(pair, parameter.name));
  }
  const FigureValues of_pair = pair.trainer->take_values();
  const FigureValues of_alone = alone.trainer->take_values();
  CHECK(*of_alone["loss"] == *of_pair["mlm_loss"]);
  CHECK(*of_alone["mlm_accuracy"] == *of_pair["mlm_accuracy"]);
  CHECK(of_alone.tokens() > 0);
}

TEST_CASE("a masked language model exports itself alone, and begins with weights of its own",
          "[objective]") {
  const Configs c;
  const Run run(c.alone);
  const auto exports = run.objective->exports();
  REQUIRE(exports.size() == 1);
  CHECK(exports[0].folder == "masked_language_model");
  const test::TemporaryFolder folder;
  exports[0].write(folder / "model");
  CHECK(std::filesystem::exists(folder / "model" / "model.safetensors"));

  PretrainConfig continued = c.alone;
  continued.initialize.discriminator = "somewhere";
  ParameterStore store;
  CHECK_THROWS_AS(make_objective(store, continued, SpecialIds{}), ConfigError);
}
