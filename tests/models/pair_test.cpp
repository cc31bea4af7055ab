#include "electra/models/pair.h"

#include <catch2/catch.hpp>
#include <set>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "models/small_pair.h"
#include "support/gradient_check.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

/// What stands before the first two slashes' second: "shared/embeddings".
std::string part_of(const std::string& name) {
  return name.substr(0, name.find('/', name.find('/') + 1));
}

}  // namespace

TEST_CASE("a pair shares what its configuration says and nothing else", "[pair][law]") {
  const auto parts_in_store = [](Sharing sharing) {
    ParameterStore store;
    const ElectraPair pair(store, small_model(sharing), small_vocabulary);
    CHECK((&pair.generator() == &pair.discriminator()) == (sharing == Sharing::all));
    std::set<std::string> parts;
    for (const Parameter& parameter : store.parameters()) parts.insert(part_of(parameter.name));
    return parts;
  };
  CHECK(parts_in_store(Sharing::embeddings) ==
        std::set<std::string>{"shared/embeddings", "generator/encoder", "generator/head",
                              "discriminator/encoder", "discriminator/head"});
  CHECK(parts_in_store(Sharing::none) ==
        std::set<std::string>{"generator/embeddings", "generator/encoder", "generator/head",
                              "discriminator/embeddings", "discriminator/encoder",
                              "discriminator/head"});
  CHECK(parts_in_store(Sharing::all) == std::set<std::string>{"shared/embeddings", "shared/encoder",
                                                              "generator/head",
                                                              "discriminator/head"});
}

TEST_CASE("the parts of both networks are where the pair declares them", "[pair][law]") {
  const Sharing sharing = GENERATE(Sharing::embeddings, Sharing::none, Sharing::all);
  const ModelConfig config = small_model(sharing);
  ParameterStore store;
  const ElectraPair pair(store, config, small_vocabulary);
  for (const Network network : {Network::generator, Network::discriminator}) {
    const NetworkParts parts = parts_of(config, network, small_vocabulary);
    CHECK(parts.config.hidden == network_of(config, network, small_vocabulary).hidden);
    CHECK(parts.kind->name == (network == Network::generator ? "masked_token" : "replaced_token"));
    for (const NetworkPart& part : {parts.embeddings, parts.encoder, parts.head}) {
      CAPTURE(part.prefix);
      Index found = 0;
      for (const Parameter& parameter : store.parameters())
        if (part_of(parameter.name) == part.prefix) {
          ++found;
          CHECK(parameter.group.network == part.group);
        }
      CHECK(found > 0);
      CHECK((part.group == Network::none) == part.prefix.starts_with("shared/"));
    }
  }
}

TEST_CASE("a part declares below its prefix, in its group and at the depth asked for", "[pair]") {
  ParameterStore store;
  const NetworkPart part{"discriminator/head", Network::discriminator};
  const Parameter& parameter = part.scope(store, 7).bias("bias", 3);
  CHECK(parameter.name == "discriminator/head/bias");
  CHECK(parameter.group ==
        ParameterGroup{.network = Network::discriminator, .order = 7, .decay = Decay::no});
}

TEST_CASE("heads lie behind the last layer of their own network", "[pair]") {
  ParameterStore store;
  const ElectraPair pair(store, small_model(Sharing::embeddings), small_vocabulary);
  CHECK(pair.generator().depth() == 1);
  CHECK(pair.discriminator().depth() == 2);
  CHECK(store.find("generator/head/output/bias")->group.order == 2);
  CHECK(store.find("discriminator/head/score/bias")->group.order == 3);
}

TEST_CASE("a pair that cannot be is refused before it declares anything", "[pair]") {
  ParameterStore store;
  ModelConfig config = small_model(Sharing::all);
  config.generator.hidden = 8;
  CHECK_THAT(
      message_of<ConfigError>([&] { const ElectraPair pair(store, config, small_vocabulary); }),
      Contains("model.generator.hidden: expected 16, the discriminator's (sharing: all), "
               "found 8"));
  CHECK(store.parameters().empty());
}

namespace {

/// What each network of a pair makes of a text, with weights that depend on names alone.
struct States {
  explicit States(const ModelConfig& config) {
    const auto context = Context::create({}, {.threads = 1});
    ParameterStore store;
    const ElectraPair pair(store, config, small_vocabulary);
    store.allocate(*context, Precision::f64);
    store.initialise(5, 0.5F);
    Arena arena(*context);
    const HostTensor ids = random_integers({6}, small_vocabulary, 5);
    const HostTensor types = random_integers({6}, 2, 6);
    const HostTensor lengths({1}, DType::i32, {6});
    Pass pass{.context = *context,
              .arena = arena,
              .rows = {.batch = 1, .length = 6, .lengths = lengths},
              .mode = Mode::inference};
    Encoder::Saved saved;
    const TensorView g = pair.generator().forward(pass, ids, types, saved);
    generator = values(pair.generator_head().answer(pass, g));
    discriminator = values(pair.discriminator().forward(pass, ids, types, saved));
  }

  std::vector<double> generator, discriminator;
};

}  // namespace

TEST_CASE("each network computes with its own epsilon, whatever the two share", "[pair][law]") {
  ModelConfig config = small_model(GENERATE(Sharing::embeddings, Sharing::none));
  const States small(config);
  config.generator.layer_norm_epsilon = 0.1F;
  const States mixed(config);
  config.generator.layer_norm_epsilon = 0;
  config.layer_norm_epsilon = 0.1F;
  const States large(config);
  CHECK(small.generator != large.generator);
  CHECK(mixed.generator == large.generator);
  CHECK(mixed.discriminator == small.discriminator);
}
