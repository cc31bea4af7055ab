#include "electra/layers/network_config.h"

#include <catch2/catch.hpp>
#include <limits>

#include "electra/core/error.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

NetworkConfig small() { return {.vocabulary = 30522}; }

std::string refusal(const auto& change, std::string_view prefix = "model.") {
  NetworkConfig config = small();
  change(config);
  return message_of<ConfigError>([&] { check(config, prefix); });
}

}  // namespace

TEST_CASE("the defaults of a network are sizes that fit together", "[network_config]") {
  CHECK_NOTHROW(check(small()));
  NetworkConfig least{.vocabulary = 6,
                      .embedding = 1,
                      .hidden = 1,
                      .layers = 1,
                      .heads = 1,
                      .intermediate = 1,
                      .positions = 5};
  CHECK_NOTHROW(check(least));
}

TEST_CASE("a network that cannot be is refused by key, with what was expected and found",
          "[network_config]") {
  CHECK_THAT(refusal([](NetworkConfig& c) { c.vocabulary = 5; }),
             Contains("vocabulary.size: expected 6 or more, found 5"));
  CHECK_THAT(refusal([](NetworkConfig& c) { c.positions = 4; }),
             Contains("model.positions: expected 5 to 65536, found 4"));
  CHECK_THAT(refusal([](NetworkConfig& c) { c.positions = 65537; }), Contains("found 65537"));
  CHECK_THAT(refusal([](NetworkConfig& c) { c.layers = 1001; }),
             Contains("model.layers: expected 1 to 1000, found 1001"));
  CHECK_THAT(refusal([](NetworkConfig& c) { c.heads = 0; }),
             Contains("model.heads: expected 1 or more, found 0"));
  CHECK_THAT(refusal([](NetworkConfig& c) { c.heads = 3; }),
             Contains("model.heads: expected a divisor of the hidden width 256, found 3"));
  CHECK_THAT(refusal([](NetworkConfig& c) { c.dropout = 1; }),
             Contains("model.dropout: expected 0 or more and below 1, found 1"));
  CHECK_THAT(refusal([](NetworkConfig& c) {
               c.attention_dropout = std::numeric_limits<float>::quiet_NaN();
             }),
             Contains("model.attention_dropout") && Contains("found nan"));
  CHECK_THAT(refusal([](NetworkConfig& c) { c.layer_norm_epsilon = 0; }),
             Contains("model.layer_norm_epsilon: expected a positive number, found 0"));
}

TEST_CASE("the prefix of keys is whose network it is", "[network_config]") {
  CHECK_THAT(refusal([](NetworkConfig& c) { c.hidden = 0; }, "model.generator."),
             Catch::StartsWith("model.generator.hidden: "));
  CHECK_THAT(refusal([](NetworkConfig& c) { c.heads = 3; }, "model.generator."),
             Catch::StartsWith("model.generator.heads: "));
}

TEST_CASE("activations are named in the order of their values", "[network_config]") {
  const auto names = enum_names(Gelu{});
  REQUIRE(names.size() == 2);
  CHECK(names[static_cast<std::size_t>(Gelu::erf)] == "gelu");
  CHECK(names[static_cast<std::size_t>(Gelu::tanh)] == "gelu_tanh");
}
