#include "electra/formats/hugging_face_config.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "io/json.h"

namespace electra {

namespace {

constexpr std::uint64_t largest = 1U << 24U;  // size: no network that exists comes near

/// Reads keys of a config.json, with messages that name file and key.
class ConfigFile {
 public:
  explicit ConfigFile(const std::filesystem::path& directory)
      : path_((directory / "config.json").string()),
        json_(parse_json_object(read_file(path_), path_)) {}

  [[nodiscard]] bool has(const char* key) const {
    return json_.contains(key) && !json_[key].is_null();
  }
  [[nodiscard]] Index integer(const char* key, Index otherwise) const {
    if (!has(key)) return otherwise;
    const Json& value = json_[key];
    if (!value.is_number_integer() || value.get<Index>() < 1) fail(key, "a positive integer");
    if (value.get<std::uint64_t>() > largest) fail(key, "at most " + std::to_string(largest));
    return value.get<Index>();
  }
  [[nodiscard]] float number(const char* key, float otherwise) const {
    if (!has(key)) return otherwise;
    if (!json_[key].is_number()) fail(key, "a number");
    return json_[key].get<float>();
  }
  [[nodiscard]] bool flag(const char* key, bool otherwise) const {
    if (!has(key)) return otherwise;
    if (!json_[key].is_boolean()) fail(key, "true or false");
    return json_[key].get<bool>();
  }
  [[nodiscard]] std::string text(const char* key, const std::string& otherwise) const {
    if (!has(key)) return otherwise;
    if (!json_[key].is_string()) fail(key, "a string");
    return json_[key].get<std::string>();
  }
  /// Whether a list or an object has anything in it.
  [[nodiscard]] bool filled(const char* key) const { return has(key) && !json_[key].empty(); }
  /// The first of `architectures`; empty if there is none.
  [[nodiscard]] std::string architecture() const {
    const auto found = json_.find("architectures");
    const bool named =
        found != json_.end() && found->is_array() && !found->empty() && found->front().is_string();
    return named ? found->front().get<std::string>() : "";
  }
  [[noreturn]] void fail(const char* key, const std::string& expected) const {
    throw IoError(path_ + ": " + key + ": expected " + expected + ", found " +
                  (json_.contains(key) ? json_[key].dump() : "nothing"));
  }

 private:
  std::string path_;
  Json json_;
};

/// A number of a network, as the library and as the file calls it.
struct Key {
  std::string_view field;
  const char* file;
};
constexpr auto keys = std::to_array<Key>({
    {"embedding", "embedding_size"},
    {"hidden", "hidden_size"},
    {"layers", "num_hidden_layers"},
    {"heads", "num_attention_heads"},
    {"intermediate", "intermediate_size"},
    {"positions", "max_position_embeddings"},
    {"dropout", "hidden_dropout_prob"},
    {"attention_dropout", "attention_probs_dropout_prob"},
    {"initializer_range", "initializer_range"},
    {"layer_norm_epsilon", "layer_norm_eps"},
});

/// Refuses a number that is out of its field's range by the key of the file that it came from.
struct RangesOfFile {
  const ConfigFile& file;

  void operator()(std::string_view, auto&, std::string_view) const {}
  void operator()(std::string_view field, auto& value, std::string_view,
                  const ValueRange& range) const {
    if (!range.contains(static_cast<double>(value)))
      file.fail(std::ranges::find(keys, field, &Key::field)->file, range.text());
  }
};

void check_sizes(NetworkConfig config, const ConfigFile& file) {
  if (config.vocabulary < 6) file.fail("vocab_size", "6 or more");
  config.fields(RangesOfFile{file});
  if (config.hidden % config.heads != 0)
    file.fail("num_attention_heads", "a divisor of hidden_size = " + std::to_string(config.hidden));
}

std::string name_of(Gelu activation) { return activation == Gelu::erf ? "gelu" : "gelu_new"; }

/// By the names of transformers' activations; several of them are one function.
Gelu activation_of(const ConfigFile& file) {
  const std::string name = file.text("hidden_act", "gelu");
  for (const char* erf : {"gelu", "gelu_python"})
    if (name == erf) return Gelu::erf;
  for (const char* tanh :
       {"gelu_new", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_fast", "gelu_accurate"})
    if (name == tanh) return Gelu::tanh;
  file.fail("hidden_act", "gelu, gelu_new or gelu_pytorch_tanh");
}

enum class Model : std::uint8_t { electra, bert };

/// Files of 2019 name an architecture alone.
Model model_of(const ConfigFile& file) {
  const std::string type = file.text("model_type", "");
  if (type == "electra" || (type.empty() && file.architecture().starts_with("Electra")))
    return Model::electra;
  if (type == "bert" || (type.empty() && file.architecture().starts_with("Bert")))
    return Model::bert;
  file.fail("model_type", "electra or bert");
}

/// What transformers computes by these keys, and this library does not.
void refuse_uncomputed(const ConfigFile& file) {
  if (file.text("position_embedding_type", "absolute") != "absolute")
    file.fail("position_embedding_type", "absolute");
  for (const char* key : {"is_decoder", "add_cross_attention", "is_encoder_decoder"})
    if (file.flag(key, false)) file.fail(key, "false");
  for (const char* key : {"pruned_heads", "quantization_config"})
    if (file.filled(key)) file.fail(key, "nothing");
  if (file.integer("type_vocab_size", NetworkConfig::types) != NetworkConfig::types)
    file.fail("type_vocab_size", "2");
}

/// Where a file leaves a size out, transformers takes these (ElectraConfig, BertConfig).
NetworkConfig defaults_of(Model model) {
  NetworkConfig config{.vocabulary = 30522};
  if (model == Model::bert) {
    config.embedding = config.hidden = 768;
    config.heads = 12;
    config.intermediate = 3072;
  }
  return config;
}

void agree(const std::string& what, const std::string& generator,
           const std::string& discriminator) {
  if (generator != discriminator)
    throw ConfigError("the generator's and the discriminator's " + what + " differ: " + generator +
                      " and " + discriminator);
}

}  // namespace

NetworkConfig read_network_config(const std::filesystem::path& directory) {
  const ConfigFile file(directory);
  const Model model = model_of(file);
  refuse_uncomputed(file);
  const NetworkConfig otherwise = defaults_of(model);
  const Index hidden = file.integer("hidden_size", otherwise.hidden);
  NetworkConfig config{.vocabulary = file.integer("vocab_size", otherwise.vocabulary),
                       .embedding = model == Model::bert
                                        ? hidden
                                        : file.integer("embedding_size", otherwise.embedding),
                       .hidden = hidden,
                       .layers = file.integer("num_hidden_layers", otherwise.layers),
                       .heads = file.integer("num_attention_heads", otherwise.heads),
                       .intermediate = file.integer("intermediate_size", otherwise.intermediate),
                       .positions = file.integer("max_position_embeddings", otherwise.positions),
                       .dropout = file.number("hidden_dropout_prob", 0.1F),
                       .attention_dropout = file.number("attention_probs_dropout_prob", 0.1F),
                       .initializer_range = file.number("initializer_range", 0.02F),
                       .activation = activation_of(file),
                       .layer_norm_epsilon = file.number("layer_norm_eps", 1e-12F)};
  check_sizes(config, file);
  return config;
}

bool ties_word_embeddings(const std::filesystem::path& directory) {
  return ConfigFile(directory).flag("tie_word_embeddings", true);
}

std::string network_config_json(const NetworkParts& network, std::int32_t pad) {
  const NetworkConfig& c = network.config;
  const OrderedJson json{{"architectures", {network.kind->architecture}},
                         {"model_type", "electra"},
                         {"vocab_size", c.vocabulary},
                         {"embedding_size", c.embedding},
                         {"hidden_size", c.hidden},
                         {"num_hidden_layers", c.layers},
                         {"num_attention_heads", c.heads},
                         {"intermediate_size", c.intermediate},
                         {"hidden_act", name_of(c.activation)},
                         {"hidden_dropout_prob", c.dropout},
                         {"attention_probs_dropout_prob", c.attention_dropout},
                         {"max_position_embeddings", c.positions},
                         {"type_vocab_size", NetworkConfig::types},
                         {"initializer_range", c.initializer_range},
                         {"layer_norm_eps", c.layer_norm_epsilon},
                         {"pad_token_id", pad},
                         {"position_embedding_type", "absolute"},
                         {"tie_word_embeddings", true}};
  return json.dump(2) + "\n";
}

ModelConfig pair_of(const NetworkConfig& g, const NetworkConfig& d, Sharing sharing) {
  const auto agree_on = [](const char* what, Index generator, Index discriminator) {
    agree(what, std::to_string(generator), std::to_string(discriminator));
  };
  agree_on("vocabularies (vocab_size)", g.vocabulary, d.vocabulary);
  agree_on("embedding_size", g.embedding, d.embedding);
  agree_on("max_position_embeddings", g.positions, d.positions);
  agree("hidden_act", name_of(g.activation), name_of(d.activation));
  if (sharing == Sharing::all)
    agree("layer_norm_eps", number_text(g.layer_norm_epsilon), number_text(d.layer_norm_epsilon));
  ModelConfig pair{d, {}, sharing};
  pair.generator = {.hidden = g.hidden,
                    .layers = g.layers,
                    .heads = g.heads,
                    .intermediate = g.intermediate,
                    .layer_norm_epsilon =
                        g.layer_norm_epsilon == d.layer_norm_epsilon ? 0 : g.layer_norm_epsilon};
  return pair;
}

}  // namespace electra
