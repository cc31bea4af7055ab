#pragma once

#include <filesystem>

#include "electra/core/parameters.h"
#include "electra/formats/hugging_face_config.h"

namespace electra {

/// Reads model.safetensors of one network into the store's master weights and publishes them. The
/// names are those of ElectraForMaskedLM or ElectraForPreTraining, with or without "electra."
/// before them; position_ids and a tied generator_lm_head.weight are accepted. Throws IoError that
/// names file and tensor if one is missing, unknown, or of another shape; the store is unchanged
/// then.
void load_network(const std::filesystem::path& directory, Network network,
                  const ModelConfig& config, ParameterStore& store);

/// Both networks. With Sharing::embeddings the two directories' embeddings must be equal: throws
/// ConfigError that names the first tensor that differs, and `sharing: none`.
void load_pair(const std::filesystem::path& generator, const std::filesystem::path& discriminator,
               const ModelConfig& config, ParameterStore& store);

/// Writes config.json and model.safetensors as `from_pretrained` reads them.
void save_network(const std::filesystem::path& directory, Network network,
                  const ModelConfig& config, Index vocabulary, const ParameterStore& store);

}  // namespace electra
