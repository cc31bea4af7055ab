#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "electra/formats/stored_head.h"
#include "electra/models/network_parts.h"
#include "electra/models/pair_config.h"

namespace electra {

/// The network that config.json of a Hugging Face directory describes (transformers, ElectraConfig;
/// BertConfig, which is an ELECTRA whose embeddings are as wide as its layers). Sizes that it
/// leaves out are transformers' defaults. Throws IoError that names the file and the key for
/// anything that this library does not compute.
[[nodiscard]] NetworkConfig read_network_config(const std::filesystem::path& directory);

/// The first of a config.json's `architectures`, "ElectraForPreTraining"; empty if it names none.
[[nodiscard]] std::string architecture_of(const std::filesystem::path& directory);

/// Whether the output matrix of its masked-language model is the word table, as config.json says.
[[nodiscard]] bool ties_word_embeddings(const std::filesystem::path& directory);

/// Whose names and keys a directory has: transformers' Electra… or Bert….
enum class ModelForm : std::uint8_t { electra, bert };
[[nodiscard]] std::span<const std::string_view> enum_names(ModelForm);

/// What transformers calls a network in this form: "BertForMaskedLM"; of a head that a BERT has not
/// and an encoder does without, "BertModel". Throws ConfigError for a network that has no such
/// form: a BERT's embeddings are as wide as its layers, its texts get a label by its pooler, and
/// its masked-language model has the encoder's activation.
[[nodiscard]] std::string_view architecture_in(ModelForm form, const NetworkParts& network);

/// The text of such a file. `pad`: the id of [PAD]; `head`: what is to be said of a head that has
/// labels or options; null: nothing.
[[nodiscard]] std::string network_config_json(const NetworkParts& network, std::int32_t pad = 0,
                                              const StoredHead* head = nullptr,
                                              ModelForm form = ModelForm::electra);

/// The pair that two networks make up, with their vocabulary. Throws ConfigError that names what
/// the two disagree about.
[[nodiscard]] ModelConfig pair_of(const NetworkConfig& generator,
                                  const NetworkConfig& discriminator, Sharing sharing);

}  // namespace electra
