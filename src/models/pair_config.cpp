#include "electra/models/pair_config.h"

#include <algorithm>
#include <array>
#include <string>

#include "core/range.h"

namespace electra {

namespace {

using namespace std::string_view_literals;

ModelConfig sizes(Index embedding, Index hidden, Index layers, const GeneratorConfig& generator) {
  ModelConfig config;
  config.embedding = embedding;
  config.hidden = hidden;
  config.layers = layers;
  config.heads = std::max<Index>(1, hidden / 64);
  config.intermediate = 4 * hidden;
  config.generator = generator;
  return config;
}

GeneratorConfig generator(Index hidden, Index layers) {
  return {.hidden = hidden,
          .layers = layers,
          .heads = std::max<Index>(1, hidden / 64),
          .intermediate = 4 * hidden};
}

}  // namespace

std::span<const std::string_view> enum_names(Sharing) {
  static constexpr std::array names{"embeddings"sv, "none"sv, "all"sv};
  return names;
}

NetworkConfig network_of(const ModelConfig& pair, Network network, Index vocabulary) {
  NetworkConfig config = pair;
  config.vocabulary = vocabulary;
  if (network == Network::generator && pair.sharing != Sharing::all) {
    config.hidden = pair.generator.hidden;
    config.layers = pair.generator.layers;
    config.heads = pair.generator.heads;
    config.intermediate = pair.generator.intermediate;
    if (pair.generator.layer_norm_epsilon > 0)
      config.layer_norm_epsilon = pair.generator.layer_norm_epsilon;
  }
  return config;
}

ModelConfig model_preset(std::string_view name) {
  if (name == "tiny") return sizes(64, 128, 2, generator(64, 1));
  if (name == "mini") return sizes(128, 256, 4, generator(64, 4));
  if (name == "small") return sizes(128, 256, 12, generator(64, 12));
  if (name == "small_plus_plus") return sizes(128, 256, 12, generator(256, 12));
  if (name == "base") return sizes(768, 768, 12, generator(256, 12));
  if (name == "large") return sizes(1024, 1024, 24, generator(256, 24));
  throw ConfigError("preset: expected tiny, mini, small, small_plus_plus, base or large, found \"" +
                    std::string(name) + "\"");
}

void check(const ModelConfig& config, Index vocabulary) {
  check(network_of(config, Network::discriminator, vocabulary));
  if (config.sharing != Sharing::all)
    return check(network_of(config, Network::generator, vocabulary), "model.generator.");
  const auto expect_same = [](std::string_view key, Index own, Index other) {
    expect(own == other, key, std::to_string(other) + ", the discriminator's (sharing: all)",
           static_cast<double>(own));
  };
  const GeneratorConfig& g = config.generator;
  expect_same("model.generator.hidden", g.hidden, config.hidden);
  expect_same("model.generator.layers", g.layers, config.layers);
  expect_same("model.generator.heads", g.heads, config.heads);
  expect_same("model.generator.intermediate", g.intermediate, config.intermediate);
  expect(g.layer_norm_epsilon == 0 || g.layer_norm_epsilon == config.layer_norm_epsilon,
         "model.generator.layer_norm_epsilon", "0, for the discriminator's (sharing: all)",
         static_cast<double>(g.layer_norm_epsilon));
}

}  // namespace electra
