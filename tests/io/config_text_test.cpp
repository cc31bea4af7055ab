#include <catch2/catch.hpp>
#include <limits>

#include "electra/core/error.h"
#include "electra/io/config.h"

using namespace electra;
using Catch::Matchers::Contains;

namespace {

struct Run {
  std::vector<std::string> labels{"a", "b,c"};
  std::vector<double> weights{1, 0.5};
  std::vector<std::int64_t> none;
  std::optional<std::int64_t> limit;
  double share = 0.15;
  int steps = 100;

  void fields(auto&& visit) {
    visit("labels", labels, "their names");
    visit("weights", weights, "of the labels", above(0));
    visit("none", none, "of nothing");
    visit("limit", limit, "null: none", from(0));
    visit("share", share, "that is masked", between(0, 1));
    visit("steps", steps, "of the optimizer");
  }
};

}  // namespace

TEST_CASE("a list is written on one line, a missing number as null", "[config]") {
  CHECK(config_to_json(Run{}) == R"({
  "labels": ["a", "b,c"],
  "weights": [1.0, 0.5],
  "none": [],
  "limit": null,
  "share": 0.15,
  "steps": 100
}
)");
  CHECK(config_to_json(Run{}, JsonLayout::compact) ==
        R"({"labels":["a","b,c"],"weights":[1.0,0.5],"none":[],"limit":null,"share":0.15,)"
        R"("steps":100})");
}

TEST_CASE("the help shows the range of a value before the value", "[config]") {
  const std::string help = config_help<Run>();
  CHECK_THAT(help, Contains("  share    that is masked (between 0 and 1) [0.15]\n"));
  CHECK_THAT(help, Contains("  weights  of the labels (a positive number) [[1.0, 0.5]]\n"));
  CHECK_THAT(help, Contains("  limit    null: none (0 or more) [null]\n"));
  CHECK_THAT(help, Contains("  steps    of the optimizer [100]\n"));
}

TEST_CASE("the hash changes with every element, with their order and with their borders",
          "[config][law]") {
  const auto hash = [](const std::string& text) {
    return config_hash(with_assignment(Run{}, text));
  };
  CHECK(hash("labels=[\"a\",\"b,c\"]") == config_hash(Run{}));
  CHECK(hash("labels=a,b,c") != config_hash(Run{}));
  CHECK(hash("labels=[\"b,c\",\"a\"]") != config_hash(Run{}));
  CHECK(hash("weights=[1,0.25]") != config_hash(Run{}));
  CHECK(hash("none=[0]") != config_hash(Run{}));
  CHECK(hash("limit=0") != config_hash(Run{}));
}

TEST_CASE("a list with a number that is not finite cannot be written", "[config]") {
  Run run;
  run.weights.back() = std::numeric_limits<double>::infinity();
  CHECK_THROWS_AS(config_to_json(run), ConfigError);
}
