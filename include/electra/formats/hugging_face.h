#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "electra/core/parameters.h"
#include "electra/formats/hugging_face_config.h"
#include "electra/models/network_parts.h"

namespace electra {

/// Whether a directory must have a network's head, may have another or none, or is read without:
/// the head then stays as it is.
enum class HeadWeights : std::uint8_t { required, if_stored, left_out };

/// What of a directory was taken.
struct StoredNetwork {
  std::filesystem::path directory;
  std::string missing_head;           // "ElectraForPreTraining" if its head is not there
  std::vector<std::string> left_out;  // tensors of other heads and poolers, by name
};

/// What is to be said of it: a sentence for what is left out, one for a head that is not there.
[[nodiscard]] std::vector<std::string> describe(const StoredNetwork& network);

/// Reads the weights of one network from a directory into the store's master weights, and updates
/// the values made of them; piece by piece, so that it takes hardly more memory than the store. The
/// names are Hugging Face's for ELECTRA or BERT, with or without the model before them;
/// position_ids and a tensor tied to the word table are accepted, BERT's pooler and the head of
/// next sentences are left out, and so is, with `if_stored`, any other head: then parameters of a
/// head that is not there stay as they are. Throws IoError that names file and tensor if one is
/// missing, unknown, of another shape or type, or not finite; the store is unchanged then, unless a
/// value is not finite.
StoredNetwork load_network(const std::filesystem::path& directory, const NetworkParts& network,
                           ParameterStore& store, HeadWeights head = HeadWeights::required);

/// Both networks of a pair. What they share must be equal in both directories: throws ConfigError
/// that names the first tensor that differs, and `sharing: none`; the store is unchanged then.
void load_pair(const std::filesystem::path& generator, const std::filesystem::path& discriminator,
               const ModelConfig& config, ParameterStore& store,
               HeadWeights head = HeadWeights::required);

/// The same checks, every value included, and nothing is read into a store, which need not be
/// allocated: of one network, or of a pair.
[[nodiscard]] StoredNetwork check_network(const std::filesystem::path& directory,
                                          const NetworkParts& network, const ParameterStore& store,
                                          HeadWeights head);
[[nodiscard]] std::vector<StoredNetwork> check_pair(const std::filesystem::path& generator,
                                                    const std::filesystem::path& discriminator,
                                                    const ModelConfig& config,
                                                    const ParameterStore& store, HeadWeights head);

/// Writes config.json and model.safetensors as `from_pretrained` reads them. `pad`: the id of
/// [PAD], whose row of the word table transformers does not train; `head`: of one with labels or
/// options; `form`: a BERT's as well, if the network has that form (architecture_in). Throws
/// ConfigError if it has not.
void save_network(const std::filesystem::path& directory, const NetworkParts& network,
                  const ParameterStore& store, std::int32_t pad = 0,
                  const StoredHead* head = nullptr, ModelForm form = ModelForm::electra);

}  // namespace electra
