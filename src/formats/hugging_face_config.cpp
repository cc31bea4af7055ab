#include "electra/formats/hugging_face_config.h"

#include <array>

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

Gelu activation_of(const ConfigFile& file) {
  const std::string name = file.text("hidden_act", "gelu");
  if (name == "gelu") return Gelu::erf;
  if (name == "gelu_new" || name == "gelu_pytorch_tanh") return Gelu::tanh;
  file.fail("hidden_act", "gelu, gelu_new or gelu_pytorch_tanh");
}

void agree(bool equal, const std::string& what, Index generator, Index discriminator) {
  if (!equal)
    throw ConfigError("the generator's and the discriminator's " + what + " differ: " +
                      std::to_string(generator) + " and " + std::to_string(discriminator));
}

}  // namespace

NetworkConfig read_network_config(const std::filesystem::path& directory) {
  const ConfigFile file(directory);
  if (file.text("model_type", "") != "electra") file.fail("model_type", "electra");
  if (file.text("position_embedding_type", "absolute") != "absolute")
    file.fail("position_embedding_type", "absolute");
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
  if (config.hidden % config.heads != 0)
    file.fail("num_attention_heads", "a divisor of hidden_size = " + std::to_string(config.hidden));
  return config;
}

std::string network_config_json(const NetworkParts& network) {
  const NetworkConfig& c = network.config;
  const OrderedJson json{{"architectures", {network.kind->architecture}},
                         {"model_type", "electra"},
                         {"vocab_size", c.vocabulary},
                         {"embedding_size", c.embedding},
                         {"hidden_size", c.hidden},
                         {"num_hidden_layers", c.layers},
                         {"num_attention_heads", c.heads},
                         {"intermediate_size", c.intermediate},
                         {"hidden_act", c.activation == Gelu::erf ? "gelu" : "gelu_new"},
                         {"hidden_dropout_prob", c.dropout},
                         {"attention_probs_dropout_prob", c.attention_dropout},
                         {"max_position_embeddings", c.positions},
                         {"type_vocab_size", NetworkConfig::types},
                         {"initializer_range", c.initializer_range},
                         {"layer_norm_eps", c.layer_norm_epsilon},
                         {"pad_token_id", 0},
                         {"position_embedding_type", "absolute"},
                         {"tie_word_embeddings", true}};
  return json.dump(2) + "\n";
}

ModelConfig pair_of(const NetworkConfig& g, const NetworkConfig& d, Sharing sharing) {
  agree(g.vocabulary == d.vocabulary, "vocabularies (vocab_size)", g.vocabulary, d.vocabulary);
  agree(g.embedding == d.embedding, "embedding_size", g.embedding, d.embedding);
  agree(g.positions == d.positions, "max_position_embeddings", g.positions, d.positions);
  agree(g.activation == d.activation, "hidden_act (0: gelu, 1: gelu_new)",
        static_cast<Index>(g.activation), static_cast<Index>(d.activation));
  ModelConfig pair{d, {}, sharing};
  pair.generator = {
      .hidden = g.hidden, .layers = g.layers, .heads = g.heads, .intermediate = g.intermediate};
  return pair;
}

}  // namespace electra
