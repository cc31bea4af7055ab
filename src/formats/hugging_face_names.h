#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "electra/formats/hugging_face_config.h"
#include "electra/models/network_parts.h"

namespace electra {

/// One tensor of a Hugging Face file, and the parameter of ours that it is, or is a part of: of so
/// many equal parts, by rows.
struct NamedPiece {
  std::string name;       // "electra.encoder.layer.0.attention.self.key.weight"
  std::string parameter;  // "generator/encoder/layer_0/attention/query_key_value/weight"
  Index part = 0;
  Index parts = 1;

  /// Of a parameter of this shape.
  [[nodiscard]] std::vector<Index> shape(const Shape& whole) const;
  [[nodiscard]] Index size(const Shape& whole) const { return whole.size() / parts; }
  [[nodiscard]] Index first(const Shape& whole) const { return part * size(whole); }
};

/// Every tensor of a network, its head's included, in no particular order; as a BERT's without a
/// head that a BERT has not.
[[nodiscard]] std::vector<NamedPiece> hugging_face_pieces(const NetworkParts& network,
                                                          ModelForm form = ModelForm::electra);

/// The names that a tensor may have in a file, the one written now first: with "electra." or
/// "bert." before it or nothing, as BertForMaskedLM calls it, and with the norms' old names.
[[nodiscard]] std::vector<std::string> hugging_face_spellings(const std::string& name);

/// Numbers that are no weights and say nothing: 0, 1, 2, …
[[nodiscard]] bool is_hugging_face_buffer(std::string_view name);

/// Whether the tensor is of embeddings or layers; the others are some head's.
[[nodiscard]] bool belongs_to_encoder(std::string_view name);

/// What BERT has beside encoder and masked-language model: the pooler, and the head of next
/// sentences.
[[nodiscard]] bool is_left_out_of_bert(std::string_view name);

}  // namespace electra
