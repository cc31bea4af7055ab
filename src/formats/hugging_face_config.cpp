#include "electra/formats/hugging_face_config.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "io/json.h"

namespace electra {

namespace {

/// Reads keys of a config.json, with messages that name file and key.
class ConfigFile {
 public:
  explicit ConfigFile(const std::filesystem::path& directory)
      : path_((directory / "config.json").string()),
        json_(parse_json_object(read_file(path_), path_)) {}

  [[nodiscard]] Index integer(const char* key) const {
    const Json& value = required(key);
    if (!value.is_number_integer() || value.get<Index>() < 1) fail(key, "a positive integer");
    return value.get<Index>();
  }
  [[nodiscard]] float number(const char* key, float otherwise) const {
    if (!json_.contains(key)) return otherwise;
    if (!json_[key].is_number()) fail(key, "a number");
    return json_[key].get<float>();
  }
  [[nodiscard]] bool flag(const char* key, bool otherwise) const {
    if (!json_.contains(key) || json_[key].is_null()) return otherwise;
    if (!json_[key].is_boolean()) fail(key, "true or false");
    return json_[key].get<bool>();
  }
  [[nodiscard]] std::string text(const char* key, const std::string& otherwise) const {
    if (!json_.contains(key) || json_[key].is_null()) return otherwise;
    if (!json_[key].is_string()) fail(key, "a string");
    return json_[key].get<std::string>();
  }
  [[noreturn]] void fail(const char* key, const std::string& expected) const {
    throw IoError(path_ + ": " + key + ": expected " + expected + ", found " +
                  (json_.contains(key) ? json_[key].dump() : "nothing"));
  }

 private:
  [[nodiscard]] const Json& required(const char* key) const {
    if (!json_.contains(key)) fail(key, "a value");
    return json_[key];
  }

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

Gelu activation_of(const ConfigFile& file) {
  const std::string name = file.text("hidden_act", "gelu");
  if (name == "gelu") return Gelu::erf;
  if (name == "gelu_new" || name == "gelu_pytorch_tanh") return Gelu::tanh;
  file.fail("hidden_act", "gelu, gelu_new or gelu_pytorch_tanh");
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
  if (file.text("model_type", "") != "electra") file.fail("model_type", "electra");
  if (file.text("position_embedding_type", "absolute") != "absolute")
    file.fail("position_embedding_type", "absolute");
  if (file.flag("is_decoder", false)) file.fail("is_decoder", "false");
  if (file.integer("type_vocab_size") != NetworkConfig::types) file.fail("type_vocab_size", "2");
  NetworkConfig config{.vocabulary = file.integer("vocab_size"),
                       .embedding = file.integer("embedding_size"),
                       .hidden = file.integer("hidden_size"),
                       .layers = file.integer("num_hidden_layers"),
                       .heads = file.integer("num_attention_heads"),
                       .intermediate = file.integer("intermediate_size"),
                       .positions = file.integer("max_position_embeddings"),
                       .dropout = file.number("hidden_dropout_prob", 0.1F),
                       .attention_dropout = file.number("attention_probs_dropout_prob", 0.1F),
                       .initializer_range = file.number("initializer_range", 0.02F),
                       .activation = activation_of(file),
                       .layer_norm_epsilon = file.number("layer_norm_eps", 1e-12F)};
  check_sizes(config, file);
  return config;
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
  agree("layer_norm_eps", number_text(g.layer_norm_epsilon), number_text(d.layer_norm_epsilon));
  ModelConfig pair{d, {}, sharing};
  pair.generator = {
      .hidden = g.hidden, .layers = g.layers, .heads = g.heads, .intermediate = g.intermediate};
  return pair;
}

}  // namespace electra
