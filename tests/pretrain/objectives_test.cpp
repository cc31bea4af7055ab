#include "electra/pretrain/objectives.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "train/small_run.h"

using namespace electra;
using Catch::Matchers::Contains;

TEST_CASE("an unknown objective is refused, and the known ones are listed", "[objective]") {
  PretrainConfig config = test::small_config();
  config.objective = "nonsense";
  ParameterStore store;
  CHECK_THROWS_AS(make_objective(store, config, SpecialIds{}), ConfigError);
  CHECK_THROWS_WITH(make_objective(store, config, SpecialIds{}),
                    Contains("objective: expected ") && Contains("replaced_token_detection") &&
                        Contains("found \"nonsense\""));
  CHECK(store.parameters().empty());
}

TEST_CASE("the objective of every configuration is made by its name, with its parameters",
          "[objective]") {
  const PretrainConfig config = test::small_config();  // names what PretrainConfig does
  ParameterStore store;
  const auto objective = make_objective(store, config, SpecialIds{});
  CHECK(store.find("shared/embeddings/word") != nullptr);
  CHECK_FALSE(objective->figures().empty());
  CHECK_FALSE(objective->sums().empty());
  CHECK_FALSE(objective->exports().empty());
}

TEST_CASE("an objective's figures have keys of their own", "[objective]") {
  ParameterStore store;
  const auto objective = make_objective(store, test::small_config(), SpecialIds{});
  std::vector<std::string_view> keys;
  for (const Figure& figure : objective->figures()) {
    CHECK_FALSE(figure.title.empty());
    keys.push_back(figure.key);
  }
  std::ranges::sort(keys);
  CHECK(std::ranges::adjacent_find(keys) == keys.end());
}
