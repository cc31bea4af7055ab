#include "electra/models/config.h"

#include <array>

#include "core/range.h"

namespace electra {

namespace {

using namespace std::string_view_literals;

void check_encoder(std::string_view prefix, Index hidden, Index layers, Index heads,
                   Index intermediate) {
  const auto key = [&](std::string_view name) {
    return "model." + std::string(prefix) + std::string(name);
  };
  expect(hidden >= 1, key("hidden"), "1 or more", static_cast<double>(hidden));
  expect(layers >= 1 && layers <= 1000, key("layers"), "1 to 1000", static_cast<double>(layers));
  expect(intermediate >= 1, key("intermediate"), "1 or more", static_cast<double>(intermediate));
  expect(heads >= 1 && hidden % heads == 0, key("heads"),
         "a divisor of the hidden width " + std::to_string(hidden), static_cast<double>(heads));
}

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

std::span<const std::string_view> enum_names(Gelu) {
  static constexpr std::array names{"gelu"sv, "gelu_tanh"sv};
  return names;
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
  expect(config.embedding >= 1, "model.embedding", "1 or more",
         static_cast<double>(config.embedding));
  check_encoder("", config.hidden, config.layers, config.heads, config.intermediate);
  const GeneratorConfig& g = config.generator;
  check_encoder("generator.", g.hidden, g.layers, g.heads, g.intermediate);
  expect(config.positions >= 5 && config.positions <= 512, "model.positions", "5 to 512",
         static_cast<double>(config.positions));
  expect(config.dropout >= 0 && config.dropout < 1, "model.dropout", "0 or more and below 1",
         config.dropout);
  expect(config.attention_dropout >= 0 && config.attention_dropout < 1, "model.attention_dropout",
         "0 or more and below 1", config.attention_dropout);
  expect(config.initializer_range > 0, "model.initializer_range", "a positive number",
         config.initializer_range);
  expect(config.layer_norm_epsilon > 0, "model.layer_norm_epsilon", "a positive number",
         config.layer_norm_epsilon);
  if (vocabulary < 6)
    throw ConfigError("vocabulary.size: expected 6 or more, found " + std::to_string(vocabulary));
  if (config.sharing == Sharing::all) {
    expect(g.hidden == config.hidden, "model.generator.hidden",
           "the discriminator's (sharing: all)", static_cast<double>(g.hidden));
    expect(g.layers == config.layers, "model.generator.layers",
           "the discriminator's (sharing: all)", static_cast<double>(g.layers));
    expect(g.heads == config.heads, "model.generator.heads", "the discriminator's (sharing: all)",
           static_cast<double>(g.heads));
    expect(g.intermediate == config.intermediate, "model.generator.intermediate",
           "the discriminator's (sharing: all)", static_cast<double>(g.intermediate));
  }
}

}  // namespace electra
