#pragma once

#include <filesystem>

#include "electra/core/parameters.h"
#include "electra/formats/hugging_face_config.h"
#include "electra/models/network_parts.h"

namespace electra {

/// Reads the weights of one network from a directory into the store's master weights, and updates
/// the values made of them; piece by piece, so that it takes hardly more memory than the store. The
/// names are Hugging Face's, with or without "electra." before them; position_ids and a tensor tied
/// to the word table are accepted. Throws IoError that names file and tensor if one is missing,
/// unknown, or of another shape or type; the store is unchanged then.
void load_network(const std::filesystem::path& directory, const NetworkParts& network,
                  ParameterStore& store);

/// Both networks of a pair. What they share must be equal in both directories: throws ConfigError
/// that names the first tensor that differs, and `sharing: none`; the store is unchanged then.
void load_pair(const std::filesystem::path& generator, const std::filesystem::path& discriminator,
               const ModelConfig& config, ParameterStore& store);

/// Writes config.json and model.safetensors as `from_pretrained` reads them. `pad`: the id of
/// [PAD], whose row of the word table transformers does not train.
void save_network(const std::filesystem::path& directory, const NetworkParts& network,
                  const ParameterStore& store, std::int32_t pad = 0);

}  // namespace electra
