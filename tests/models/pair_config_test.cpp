#include "electra/models/pair_config.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "electra/models/pair.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

constexpr Index bert_vocabulary = 30522;

Index parameters_of(const char* preset) {
  ParameterStore store;
  const ElectraPair model(store, model_preset(preset), bert_vocabulary);
  return store.parameter_count();
}

}  // namespace

// The reference's counts: github.com/google-research/electra's graphs and the released files,
// embeddings counted once.
TEST_CASE("the presets have as many parameters as the reference's", "[models]") {
  CHECK(parameters_of("small") == 14'196'219);
  CHECK(parameters_of("small_plus_plus") == 23'122'875);
  CHECK(parameters_of("base") == 119'386'427);
  CHECK(parameters_of("large") == 354'655'291);
}

TEST_CASE("an unknown preset is answered with those that there are", "[models]") {
  CHECK_THAT(message_of<ConfigError>([] { (void)model_preset("huge"); }),
             Contains("huge") && Contains("tiny") && Contains("large"));
}

TEST_CASE("sizes that do not fit together are refused by name", "[models]") {
  const auto refusal = [](const auto& change) {
    ModelConfig config = model_preset("small");
    change(config);
    return message_of<ConfigError>([&] { check(config, bert_vocabulary); });
  };
  CHECK_THAT(refusal([](ModelConfig& c) { c.heads = 3; }), Contains("heads") && Contains("3"));
  CHECK_THAT(refusal([](ModelConfig& c) { c.layers = 0; }), Contains("layers"));
  CHECK_THAT(refusal([](ModelConfig& c) { c.positions = 65537; }),
             Contains("positions") && Contains("65536") && Contains("65537"));
  CHECK_THAT(refusal([](ModelConfig& c) { c.dropout = 1; }), Contains("dropout"));
  CHECK_THAT(refusal([](ModelConfig& c) { c.generator.hidden = 0; }), Contains("generator"));
  CHECK_THAT(refusal([](ModelConfig& c) { c.sharing = Sharing::all; }), Contains("sharing"));
}
