#include "electra/formats/hugging_face.h"

#include <algorithm>
#include <map>
#include <set>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/core/host_copy.h"
#include "electra/io/safetensors.h"
#include "formats/hugging_face_names.h"
#include "io/json.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

const Parameter& parameter_of(const ParameterStore& store, const std::string& name) {
  const Parameter* parameter = store.find(name);
  if (parameter == nullptr) throw Error(name + ": the store has no such parameter");
  return *parameter;
}

SafetensorsFile open_weights(const fs::path& directory) {
  const fs::path file = directory / "model.safetensors";
  if (!fs::exists(file) && fs::exists(directory / "pytorch_model.bin"))
    throw IoError(file.string() +
                  ": not there, but pytorch_model.bin is; convert it once with transformers: "
                  "AutoModel.from_pretrained(directory).save_pretrained(directory)");
  return SafetensorsFile::open(file);
}

/// The names that a tensor may have: as written now, without prefix, and with the norms' old names.
std::vector<std::string> spellings(const std::string& name) {
  std::vector<std::string> all{name};
  const auto replaced = [](std::string text, const std::string& from, const std::string& to) {
    if (text.ends_with(from)) text.replace(text.size() - from.size(), from.size(), to);
    return text;
  };
  all.push_back(replaced(replaced(name, "LayerNorm.weight", "LayerNorm.gamma"), "LayerNorm.bias",
                         "LayerNorm.beta"));
  for (std::size_t i = 0; i < 2; ++i)
    if (all[i].starts_with("electra.")) all.push_back(all[i].substr(8));
  return all;
}

/// A network's weights by parameter, read whole before anything is changed.
using Weights = std::map<std::string, std::vector<float>>;

class Reader {
 public:
  Reader(const fs::path& directory, Network network, const ModelConfig& config,
         const ParameterStore& store)
      : file_(open_weights(directory)), network_(network), store_(store) {
    const Index vocabulary = read_network_sizes(directory).vocabulary;
    for (const NamedPiece& piece : hugging_face_pieces(network, config, vocabulary)) read(piece);
    check_tied(vocabulary, config.embedding);
    refuse_unknown();
  }

  [[nodiscard]] Weights take() { return std::move(weights_); }

 private:
  void read(const NamedPiece& piece) {
    const Parameter& parameter = parameter_of(store_, piece.parameter);
    std::vector<float>& values = weights_[piece.parameter];
    values.resize(static_cast<std::size_t>(parameter.padded.size()), 0.0F);
    const StoredTensor& tensor = find(piece);
    if (piece.first + piece.size() > parameter.shape.size())
      throw IoError(file_.path().string() + ": " + tensor.name + ": expected a piece of " +
                    to_string(parameter.shape) + ", found " + shape_text(tensor.shape));
    file_.read_f32(tensor, std::span(values).subspan(static_cast<std::size_t>(piece.first),
                                                     static_cast<std::size_t>(piece.size())));
    used_.insert(tensor.name);
  }

  [[nodiscard]] const StoredTensor& find(const NamedPiece& piece) const {
    for (const std::string& name : spellings(piece.name))
      if (file_.find(name) != nullptr) return file_.get(name, piece.shape);
    throw IoError(file_.path().string() + ": " + piece.name + ": expected " +
                  shape_text(piece.shape) + ", found no such tensor");
  }

  /// The MLM output matrix is the word table: a file that stores it again must store the same.
  void check_tied(Index vocabulary, Index width) {
    const StoredTensor* tied = file_.find("generator_lm_head.weight");
    if (tied == nullptr || network_ != Network::generator) return;
    std::vector<float> values(static_cast<std::size_t>(vocabulary * width));
    file_.read_f32(file_.get(tied->name, std::vector{vocabulary, width}), values);
    for (const auto& [name, word] : weights_)
      if (name.ends_with("embeddings/word") &&
          !std::equal(values.begin(), values.end(), word.begin()))
        throw IoError(file_.path().string() +
                      ": generator_lm_head.weight: expected the word embeddings (tied), found "
                      "other values");
    used_.insert(tied->name);
  }

  void refuse_unknown() const {
    for (const std::string_view name : file_.names())
      if (!used_.contains(std::string(name)) && !name.ends_with("position_ids"))
        throw IoError(file_.path().string() + ": " + std::string(name) +
                      ": this tensor is not part of the " +
                      (network_ == Network::generator ? "generator" : "discriminator"));
  }

  SafetensorsFile file_;
  Network network_;
  const ParameterStore& store_;
  Weights weights_;
  std::set<std::string> used_;
};

void put(const Weights& weights, ParameterStore& store) {
  for (const auto& [name, values] : weights)
    to_device(store.context(), values, parameter_of(store, name).master);
}

OrderedJson config_json(Network network, const ModelConfig& c, Index vocabulary) {
  const bool own = network == Network::generator && c.sharing != Sharing::all;
  return {{"architectures",
           {network == Network::generator ? "ElectraForMaskedLM" : "ElectraForPreTraining"}},
          {"model_type", "electra"},
          {"vocab_size", vocabulary},
          {"embedding_size", c.embedding},
          {"hidden_size", own ? c.generator.hidden : c.hidden},
          {"num_hidden_layers", own ? c.generator.layers : c.layers},
          {"num_attention_heads", own ? c.generator.heads : c.heads},
          {"intermediate_size", own ? c.generator.intermediate : c.intermediate},
          {"hidden_act", c.activation == Gelu::erf ? "gelu" : "gelu_new"},
          {"hidden_dropout_prob", c.dropout},
          {"attention_probs_dropout_prob", c.attention_dropout},
          {"max_position_embeddings", c.positions},
          {"type_vocab_size", 2},
          {"initializer_range", c.initializer_range},
          {"layer_norm_eps", c.layer_norm_epsilon},
          {"pad_token_id", 0},
          {"position_embedding_type", "absolute"},
          {"tie_word_embeddings", true}};
}

}  // namespace

void load_network(const fs::path& directory, Network network, const ModelConfig& config,
                  ParameterStore& store) {
  put(Reader(directory, network, config, store).take(), store);
  store.publish();
}

void load_pair(const fs::path& generator, const fs::path& discriminator, const ModelConfig& config,
               ParameterStore& store) {
  const Weights g = Reader(generator, Network::generator, config, store).take();
  const Weights d = Reader(discriminator, Network::discriminator, config, store).take();
  for (const auto& [name, values] : g)
    if (const auto other = d.find(name); other != d.end() && other->second != values)
      throw ConfigError(
          name + ": " + generator.string() + " and " + discriminator.string() +
          " have different values, which sharing: " +
          std::string(enum_names(config.sharing)[static_cast<std::size_t>(config.sharing)]) +
          " does not allow; set model.sharing to none (sharing: none)");
  put(g, store);
  put(d, store);
  store.publish();
}

void save_network(const fs::path& directory, Network network, const ModelConfig& config,
                  Index vocabulary, const ParameterStore& store) {
  make_folders(directory);
  std::map<std::string, std::vector<float>> weights;
  SafetensorsWriter writer;
  for (const NamedPiece& piece : hugging_face_pieces(network, config, vocabulary)) {
    const Parameter& parameter = parameter_of(store, piece.parameter);
    auto& values = weights[piece.parameter];
    if (values.empty()) values = to_host_f32(store.context(), parameter.master);
    const auto bytes = std::as_bytes(std::span(values).subspan(
        static_cast<std::size_t>(piece.first), static_cast<std::size_t>(piece.size())));
    writer.add(
        {.name = piece.name, .dtype = StoredType::f32, .shape = piece.shape, .bytes = bytes});
  }
  writer.write(directory / "model.safetensors", {{"format", "pt"}});
  write_file(directory / "config.json", config_json(network, config, vocabulary).dump(2) + "\n");
}

}  // namespace electra
