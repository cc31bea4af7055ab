#include "formats/hugging_face_names.h"

#include <array>
#include <string_view>
#include <utility>

namespace electra {

namespace {

/// Names below a part's prefix, and below the prefix of the file.
struct Names {
  std::string_view parameter;
  std::string_view file;
  Index part = 0;
  Index parts = 1;
};

constexpr auto of_embeddings = std::to_array<Names>({
    {"word", "word_embeddings.weight"},
    {"position", "position_embeddings.weight"},
    {"type", "token_type_embeddings.weight"},
    {"norm/gain", "LayerNorm.weight"},
    {"norm/bias", "LayerNorm.bias"},
});

constexpr auto of_projection = std::to_array<Names>({
    {"project/weight", "embeddings_project.weight"},
    {"project/bias", "embeddings_project.bias"},
});

constexpr auto of_layer = std::to_array<Names>({
    {"attention/query_key_value/weight", "attention.self.query.weight", 0, 3},
    {"attention/query_key_value/weight", "attention.self.key.weight", 1, 3},
    {"attention/query_key_value/weight", "attention.self.value.weight", 2, 3},
    {"attention/query_key_value/bias", "attention.self.query.bias", 0, 3},
    {"attention/query_key_value/bias", "attention.self.key.bias", 1, 3},
    {"attention/query_key_value/bias", "attention.self.value.bias", 2, 3},
    {"attention/out/weight", "attention.output.dense.weight"},
    {"attention/out/bias", "attention.output.dense.bias"},
    {"attention_norm/gain", "attention.output.LayerNorm.weight"},
    {"attention_norm/bias", "attention.output.LayerNorm.bias"},
    {"feed_forward/in/weight", "intermediate.dense.weight"},
    {"feed_forward/in/bias", "intermediate.dense.bias"},
    {"feed_forward/out/weight", "output.dense.weight"},
    {"feed_forward/out/bias", "output.dense.bias"},
    {"feed_forward_norm/gain", "output.LayerNorm.weight"},
    {"feed_forward_norm/bias", "output.LayerNorm.bias"},
});

/// The masked-language-model head of BertForMaskedLM and BertForPreTraining. What is tied is
/// stored twice by some.
constexpr auto of_bert_head = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"generator_predictions.dense.weight", "cls.predictions.transform.dense.weight"},
    {"generator_predictions.dense.bias", "cls.predictions.transform.dense.bias"},
    {"generator_predictions.LayerNorm.weight", "cls.predictions.transform.LayerNorm.weight"},
    {"generator_predictions.LayerNorm.bias", "cls.predictions.transform.LayerNorm.bias"},
    {"generator_lm_head.bias", "cls.predictions.bias"},
    {"generator_lm_head.bias", "cls.predictions.decoder.bias"},
    {"generator_lm_head.weight", "cls.predictions.decoder.weight"},
});

std::string bert_name(const std::string& name) {
  if (name.starts_with("electra.")) return "bert." + name.substr(8);
  for (const auto& [own, bert] : of_bert_head)
    if (name == own) return std::string(bert);
  return name;
}

}  // namespace

std::vector<Index> NamedPiece::shape(const Shape& whole) const {
  const auto extents = whole.extents();
  std::vector<Index> shape(extents.begin(), extents.end());
  if (!shape.empty()) shape.front() /= parts;
  return shape;
}

std::vector<NamedPiece> hugging_face_pieces(const NetworkParts& network, ModelForm form) {
  std::vector<NamedPiece> pieces;
  const auto add = [&](const auto& names, const std::string& prefix, const std::string& file) {
    for (const Names& each : names)
      pieces.push_back({file + std::string(each.file), prefix + std::string(each.parameter),
                        each.part, each.parts});
  };
  const NetworkConfig& config = network.config;
  const std::string encoder = network.encoder.prefix + "/";
  add(of_embeddings, network.embeddings.prefix + "/", "electra.embeddings.");
  if (config.embedding != config.hidden) add(of_projection, encoder, "electra.");
  for (Index i = 0; i < config.layers; ++i) {
    const std::string number = std::to_string(i);
    add(of_layer, encoder + "layer_" + number + "/", "electra.encoder.layer." + number + ".");
  }
  const bool is_headless = form == ModelForm::bert && architecture_in(form, network) == "BertModel";
  for (const HeadTensor& tensor : network.kind->tensors)
    if (!is_headless)
      pieces.push_back({std::string(tensor.file),
                        network.head.prefix + "/" + std::string(tensor.parameter), 0, 1});
  if (form == ModelForm::bert)
    for (NamedPiece& piece : pieces) piece.name = bert_name(piece.name);
  return pieces;
}

std::vector<std::string> hugging_face_spellings(const std::string& name) {
  std::vector<std::string> all{name};
  for (const auto& [own, bert] : of_bert_head)
    if (name == own) all.emplace_back(bert);
  if (name.starts_with("electra.")) {
    all.push_back(name.substr(8));
    all.push_back("bert." + name.substr(8));
  }
  for (std::size_t i = 0, count = all.size(); i < count; ++i)
    for (const auto& [now, before] : {std::pair{"LayerNorm.weight", "LayerNorm.gamma"},
                                      std::pair{"LayerNorm.bias", "LayerNorm.beta"}})
      if (all[i].ends_with(now))
        all.push_back(all[i].substr(0, all[i].size() - std::string_view(now).size()) + before);
  return all;
}

bool is_hugging_face_buffer(std::string_view name) {
  return name.ends_with("embeddings.position_ids") || name.ends_with("embeddings.token_type_ids");
}

bool belongs_to_encoder(std::string_view name) {
  for (const std::string_view model : {"electra.", "bert."})
    if (name.starts_with(model)) name.remove_prefix(model.size());
  return name.starts_with("embeddings.") || name.starts_with("embeddings_project.") ||
         name.starts_with("encoder.");
}

bool is_left_out_of_bert(std::string_view name) {
  if (name.starts_with("bert.")) name.remove_prefix(5);
  return name.starts_with("pooler.") || name.starts_with("cls.seq_relationship.");
}

}  // namespace electra
