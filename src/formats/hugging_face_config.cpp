#include "electra/formats/hugging_face_config.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <variant>

#include "electra/core/error.h"
#include "formats/config_file.h"
#include "formats/stored_head_json.h"

namespace electra {

namespace {

/// What a key stands for: a member of the network, or a number that is the same in every network.
using Member = std::variant<Index NetworkConfig::*, float NetworkConfig::*, Gelu NetworkConfig::*,
                            const Index*>;

/// A key of config.json, what it stands for, and what transformers takes where it is left out.
struct Key {
  const char* name;
  Member member;
  double electra;                // ElectraConfig's default
  double bert = electra;         // BertConfig's
  const char* bert_name = name;  // by which a BERT says it
};
/// All that are read and written, in the order in which they are written.
constexpr auto keys = std::to_array<Key>({
    {"vocab_size", &NetworkConfig::vocabulary, 30522},
    {"embedding_size", &NetworkConfig::embedding, 128, 768, "hidden_size"},
    {"hidden_size", &NetworkConfig::hidden, 256, 768},
    {"num_hidden_layers", &NetworkConfig::layers, 12},
    {"num_attention_heads", &NetworkConfig::heads, 4, 12},
    {"intermediate_size", &NetworkConfig::intermediate, 1024, 3072},
    {"hidden_act", &NetworkConfig::activation, static_cast<double>(Gelu::erf)},
    {"hidden_dropout_prob", &NetworkConfig::dropout, 0.1},
    {"attention_probs_dropout_prob", &NetworkConfig::attention_dropout, 0.1},
    {"max_position_embeddings", &NetworkConfig::positions, 512},
    {"type_vocab_size", &NetworkConfig::types, 2},
    {"initializer_range", &NetworkConfig::initializer_range, 0.02},
    {"layer_norm_eps", &NetworkConfig::layer_norm_epsilon, 1e-12},
});

/// The key of a member.
const char* key_of(Member member) { return std::ranges::find(keys, member, &Key::member)->name; }

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
}

std::string name_of(Gelu activation) { return activation == Gelu::erf ? "gelu" : "gelu_new"; }

/// By the names of transformers' activations; several of them are one function.
Gelu activation_of(const ConfigFile& file, const char* key, Gelu otherwise) {
  const std::string name = file.text(key, name_of(otherwise));
  for (const char* erf : {"gelu", "gelu_python"})
    if (name == erf) return Gelu::erf;
  for (const char* tanh :
       {"gelu_new", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_fast", "gelu_accurate"})
    if (name == tanh) return Gelu::tanh;
  file.fail(key, "gelu, gelu_new or gelu_pytorch_tanh");
}

/// Reads one key into a network.
class KeyReader {
 public:
  KeyReader(const ConfigFile& file, Model model, const Key& key, NetworkConfig& config)
      : file_(file),
        config_(config),
        name_(model == Model::bert ? key.bert_name : key.name),
        otherwise_(model == Model::bert ? key.bert : key.electra) {}

  void operator()(Index NetworkConfig::*size) const {
    config_.*size = file_.integer(name_, static_cast<Index>(otherwise_));
  }
  void operator()(float NetworkConfig::*number) const {
    config_.*number = file_.number(name_, static_cast<float>(otherwise_));
  }
  void operator()(Gelu NetworkConfig::*activation) const {
    config_.*activation = activation_of(file_, name_, static_cast<Gelu>(otherwise_));
  }
  void operator()(const Index* fixed) const {
    if (file_.integer(name_, static_cast<Index>(otherwise_)) != *fixed)
      file_.fail(name_, std::to_string(*fixed));
  }

 private:
  const ConfigFile& file_;
  NetworkConfig& config_;
  const char* name_;
  double otherwise_;
};

/// What a file says of one key.
struct KeyValue {
  const NetworkConfig& config;

  OrderedJson operator()(Gelu NetworkConfig::*activation) const {
    return name_of(config.*activation);
  }
  OrderedJson operator()(const Index* fixed) const { return *fixed; }
  OrderedJson operator()(auto NetworkConfig::*number) const { return config.*number; }
};

/// Refuses a number that is out of its field's range by the key of the file that it came from.
struct RangesOfFile {
  const ConfigFile& file;
  const NetworkConfig& config;

  void operator()(std::string_view, auto&, std::string_view) const {}
  void operator()(std::string_view, auto& value, std::string_view, const ValueRange& range) const {
    if (!range.contains(static_cast<double>(value))) file.fail(key_at(value), range.text());
  }
  template <class T>
  const char* key_at(const T& value) const {
    for (const Key& key : keys)
      if (const auto* member = std::get_if<T NetworkConfig::*>(&key.member))
        if (&(config.**member) == &value) return key.name;
    throw Error("config.json has no key for one of the network's fields");
  }
};

void check_sizes(NetworkConfig config, const ConfigFile& file) {
  if (config.vocabulary < 6) file.fail(key_of(&NetworkConfig::vocabulary), "6 or more");
  config.fields(RangesOfFile{file, config});
  if (config.hidden % config.heads != 0)
    file.fail(key_of(&NetworkConfig::heads), std::string("a divisor of ") +
                                                 key_of(&NetworkConfig::hidden) + " = " +
                                                 std::to_string(config.hidden));
}

/// What a BERT calls an encoder with our head.
constexpr auto bert_architectures = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"ElectraForMaskedLM", "BertForMaskedLM"},
    {"ElectraForPreTraining", "BertModel"},
    {"ElectraForTokenClassification", "BertForTokenClassification"},
    {"ElectraForQuestionAnswering", "BertForQuestionAnswering"},
    {"ElectraModel", "BertModel"},
    {"BertForSequenceClassification", "BertForSequenceClassification"},
});

std::string_view bert_architecture(const NetworkParts& network) {
  const NetworkConfig& config = network.config;
  if (config.embedding != config.hidden)
    throw ConfigError("embedding_size: expected hidden_size = " + std::to_string(config.hidden) +
                      ", as a BERT has it, found " + std::to_string(config.embedding));
  const std::string_view own = network.kind->architecture;
  if (own == "ElectraForMaskedLM" && config.activation != Gelu::erf)
    throw ConfigError("hidden_act: expected gelu, as this head has it in a BERT, found " +
                      name_of(config.activation));
  for (const auto& [electra, bert] : bert_architectures)
    if (own == electra) return bert;
  throw ConfigError("head: expected one that a BERT has in transformers, found that of " +
                    std::string(own));
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
  NetworkConfig config;
  for (const Key& key : keys) std::visit(KeyReader(file, model, key, config), key.member);
  check_sizes(config, file);
  return config;
}

std::string architecture_of(const std::filesystem::path& directory) {
  return ConfigFile(directory).architecture();
}

bool ties_word_embeddings(const std::filesystem::path& directory) {
  return ConfigFile(directory).flag("tie_word_embeddings", true);
}

std::span<const std::string_view> enum_names(ModelForm) {
  static constexpr std::array<std::string_view, 2> names{"electra", "bert"};
  return names;
}

std::string_view architecture_in(ModelForm form, const NetworkParts& network) {
  if (form == ModelForm::bert) return bert_architecture(network);
  if (network.kind->architecture.starts_with("Bert"))
    throw ConfigError("head: expected one that an ELECTRA has in transformers, found that of " +
                      std::string(network.kind->architecture));
  return network.kind->architecture;
}

std::string network_config_json(const NetworkParts& network, std::int32_t pad,
                                const StoredHead* head, ModelForm form) {
  OrderedJson json{{"architectures", {architecture_in(form, network)}},
                   {"model_type", enum_names(form)[static_cast<std::size_t>(form)]}};
  for (const Key& key : keys)
    if (form == ModelForm::electra || std::string_view(key.name) == key.bert_name)
      json[key.name] = std::visit(KeyValue{network.config}, key.member);
  json["pad_token_id"] = pad;
  json["position_embedding_type"] = "absolute";
  json["tie_word_embeddings"] = true;
  if (head != nullptr) add_head(*head, json);
  return json.dump(2) + "\n";
}

ModelConfig pair_of(const NetworkConfig& g, const NetworkConfig& d, Sharing sharing) {
  const auto agree_on = [](const std::string& what, Index generator, Index discriminator) {
    agree(what, std::to_string(generator), std::to_string(discriminator));
  };
  agree_on(std::string("vocabularies (") + key_of(&NetworkConfig::vocabulary) + ")", g.vocabulary,
           d.vocabulary);
  agree_on(key_of(&NetworkConfig::embedding), g.embedding, d.embedding);
  agree_on(key_of(&NetworkConfig::positions), g.positions, d.positions);
  agree(key_of(&NetworkConfig::activation), name_of(g.activation), name_of(d.activation));
  if (sharing == Sharing::all)
    agree(key_of(&NetworkConfig::layer_norm_epsilon), number_text(g.layer_norm_epsilon),
          number_text(d.layer_norm_epsilon));
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
