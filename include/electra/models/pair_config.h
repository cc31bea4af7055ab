#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "electra/core/network.h"
#include "electra/layers/network_config.h"

namespace electra {

/// What generator and discriminator have in common: the embeddings (ELECTRA), nothing, or all
/// weights of the encoder (then both have the same shape).
enum class Sharing : std::uint8_t { embeddings, none, all };

[[nodiscard]] std::span<const std::string_view> enum_names(Sharing);

/// The generator's own sizes; everything else is the discriminator's.
struct GeneratorConfig {
  Index hidden = 64;
  Index layers = 12;
  Index heads = 1;
  Index intermediate = 256;
  float layer_norm_epsilon = 0;  // 0: the discriminator's

  void fields(auto&& visit) {
    visit("hidden", hidden, "width of the generator's encoder", from(1));
    visit("layers", layers, "its encoder layers", from(1).to(1000));
    visit("heads", heads, "its attention heads", from(1));
    visit("intermediate", intermediate, "width inside its feed-forward layers", from(1));
    visit("layer_norm_epsilon", layer_norm_epsilon,
          "added to the variance; 0: as in the discriminator", from(0));
  }
};

/// The pair of networks: the discriminator, and in what the generator differs from it.
struct ModelConfig : NetworkConfig {
  GeneratorConfig generator;
  Sharing sharing = Sharing::embeddings;

  void fields(auto&& visit) {
    NetworkConfig::fields(visit);
    visit("generator", generator, "the generator's own sizes");
    visit("sharing", sharing, "embeddings, none or all");
  }
};

/// One network of the pair, on a vocabulary of this many entries.
[[nodiscard]] NetworkConfig network_of(const ModelConfig& pair, Network network, Index vocabulary);

/// The sizes of a preset. Throws ConfigError that lists the presets for an unknown name.
[[nodiscard]] ModelConfig model_preset(std::string_view name);

/// Throws ConfigError that names the key, what was expected and found, if sizes do not fit
/// together.
void check(const ModelConfig& config, Index vocabulary);

}  // namespace electra
