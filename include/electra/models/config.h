#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "electra/core/shape.h"
#include "electra/kernels/gelu.h"

namespace electra {

/// What generator and discriminator have in common: the embeddings (ELECTRA), nothing, or all
/// weights of the encoder (then both have the same shape).
enum class Sharing : std::uint8_t { embeddings, none, all };

[[nodiscard]] std::span<const std::string_view> enum_names(Sharing);
/// "gelu", "gelu_tanh".
[[nodiscard]] std::span<const std::string_view> enum_names(Gelu);

/// The generator's own sizes; everything else is the discriminator's.
struct GeneratorConfig {
  Index hidden = 64;
  Index layers = 12;
  Index heads = 1;
  Index intermediate = 256;

  void fields(auto&& visit) {
    visit("hidden", hidden, "width of the generator's encoder");
    visit("layers", layers, "its encoder layers");
    visit("heads", heads, "its attention heads");
    visit("intermediate", intermediate, "width inside its feed-forward layers");
  }
};

/// The pair of networks. The defaults are ELECTRA-Small's (Clark et al., arXiv 2003.10555, table
/// 6).
struct ModelConfig {
  Index embedding = 128;
  Index hidden = 256;
  Index layers = 12;
  Index heads = 4;
  Index intermediate = 1024;
  Index positions = 512;
  float dropout = 0.1F;
  float attention_dropout = 0.1F;
  float initializer_range = 0.02F;
  Gelu activation = Gelu::erf;
  float layer_norm_epsilon = 1e-12F;
  GeneratorConfig generator;
  Sharing sharing = Sharing::embeddings;

  void fields(auto&& visit) {
    visit("embedding", embedding, "width of the embedding tables");
    visit("hidden", hidden, "width of the discriminator's encoder");
    visit("layers", layers, "its encoder layers");
    visit("heads", heads, "its attention heads; the head width is best at 64");
    visit("intermediate", intermediate, "width inside its feed-forward layers");
    visit("positions", positions, "the longest sequence, at most 512");
    visit("dropout", dropout, "rate on embeddings and sublayer outputs");
    visit("attention_dropout", attention_dropout, "rate on attention probabilities");
    visit("initializer_range", initializer_range, "standard deviation of the first weights");
    visit("activation", activation, "gelu (erf) or gelu_tanh");
    visit("layer_norm_epsilon", layer_norm_epsilon, "added to the variance");
    visit("generator", generator, "the generator's own sizes");
    visit("sharing", sharing, "embeddings, none or all");
  }
};

/// The sizes of a preset. Throws ConfigError that lists the presets for an unknown name.
[[nodiscard]] ModelConfig model_preset(std::string_view name);

/// Throws ConfigError that names the key, what was expected and found, if sizes do not fit
/// together.
void check(const ModelConfig& config, Index vocabulary);

}  // namespace electra
