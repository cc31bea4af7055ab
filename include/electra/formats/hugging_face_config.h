#pragma once

#include <filesystem>

#include "electra/models/config.h"

namespace electra {

/// The sizes of one network as its config.json states them.
struct NetworkSizes {
  Index vocabulary = 0;
  Index embedding = 0;
  Index hidden = 0;
  Index layers = 0;
  Index heads = 0;
  Index intermediate = 0;
  Index positions = 0;
  float dropout = 0;
  float attention_dropout = 0;
  float initializer_range = 0.02F;
  float layer_norm_epsilon = 1e-12F;
  Gelu activation = Gelu::erf;
};

/// Reads config.json of a Hugging Face directory (transformers, ElectraConfig). Throws IoError that
/// names the file and the key for anything that this library does not compute.
[[nodiscard]] NetworkSizes read_network_sizes(const std::filesystem::path& directory);

/// The pair that two directories make up, for `sharing`. Throws ConfigError that names what the two
/// disagree about.
struct PairSizes {
  ModelConfig model;
  Index vocabulary = 0;
};
[[nodiscard]] PairSizes pair_sizes(const NetworkSizes& generator, const NetworkSizes& discriminator,
                                   Sharing sharing);
/// A discriminator by itself; the generator's sizes are the preset's and mean nothing.
[[nodiscard]] PairSizes discriminator_sizes(const NetworkSizes& discriminator);

}  // namespace electra
