#include "electra/formats/hugging_face_config.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/models/heads.h"
#include "models/small_pair.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

namespace fs = std::filesystem;

/// The directories of a pair with nothing but their config.json.
void save(const TemporaryFolder& folder, const ModelConfig& config = small_model()) {
  for (const auto& [network, name] : {std::pair{Network::generator, "generator"},
                                      std::pair{Network::discriminator, "discriminator"}}) {
    make_folders(folder / name);
    write_file(folder / name / "config.json",
               network_config_json(parts_of(config, network, small_vocabulary)));
  }
}

nlohmann::json keys_of(const fs::path& directory) {
  return nlohmann::json::parse(read_file(directory / "config.json"));
}

void set_key(const fs::path& directory, const std::string& key, const nlohmann::json& value) {
  auto json = keys_of(directory);
  json[key] = value;
  write_file(directory / "config.json", json.dump());
}

std::string refusal_of_sizes(const fs::path& directory) {
  return message_of<IoError>([&] { (void)read_network_config(directory); });
}

std::string text_of(const NetworkConfig& config) {
  return network_config_json(
      {.config = config, .embeddings = {}, .encoder = {}, .head = {}, .kind = head_kinds().data()});
}

}  // namespace

TEST_CASE("directories state the sizes of their pair", "[hugging_face_config]") {
  const TemporaryFolder folder;
  save(folder);
  const ModelConfig sizes =
      pair_of(read_network_config(folder / "generator"),
              read_network_config(folder / "discriminator"), Sharing::embeddings);
  CHECK(sizes.vocabulary == small_vocabulary);
  CHECK(sizes.embedding == 12);
  CHECK(sizes.hidden == 16);
  CHECK(sizes.layers == 2);
  CHECK(sizes.intermediate == 20);
  CHECK(sizes.positions == 9);
  CHECK(sizes.generator.hidden == 8);
  CHECK(sizes.generator.layers == 1);
  CHECK(sizes.generator.intermediate == 12);
}

TEST_CASE("a configuration is read back as it was written, to the bit",
          "[hugging_face_config][law]") {
  const TemporaryFolder folder;
  const NetworkConfig written{.vocabulary = 71,
                              .embedding = 12,
                              .hidden = 18,
                              .layers = 3,
                              .heads = 6,
                              .intermediate = 20,
                              .positions = 9,
                              .dropout = 0.3F,
                              .attention_dropout = 0.2F,
                              .initializer_range = 0.013F,
                              .activation = GENERATE(Gelu::erf, Gelu::tanh),
                              .layer_norm_epsilon = 3e-7F};
  write_file(folder / "config.json", text_of(written));
  const NetworkConfig found = read_network_config(folder.path());
  CHECK(text_of(found) == text_of(written));
  CHECK(found.dropout == written.dropout);
  CHECK(found.attention_dropout == written.attention_dropout);
  CHECK(found.initializer_range == written.initializer_range);
  CHECK(found.activation == written.activation);
  CHECK(found.layer_norm_epsilon == written.layer_norm_epsilon);
}

TEST_CASE("a configuration has transformers' keys and names the network with its head",
          "[hugging_face_config]") {
  const TemporaryFolder folder;
  save(folder);
  std::vector<std::string> keys;
  const auto json =
      nlohmann::ordered_json::parse(read_file(folder / "discriminator" / "config.json"));
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  CHECK(keys == std::vector<std::string>{"architectures", "model_type", "vocab_size",
                                         "embedding_size", "hidden_size", "num_hidden_layers",
                                         "num_attention_heads", "intermediate_size", "hidden_act",
                                         "hidden_dropout_prob", "attention_probs_dropout_prob",
                                         "max_position_embeddings", "type_vocab_size",
                                         "initializer_range", "layer_norm_eps", "pad_token_id",
                                         "position_embedding_type", "tie_word_embeddings"});
  CHECK(json["hidden_act"] == "gelu");
  CHECK(json["architectures"] == nlohmann::json{"ElectraForPreTraining"});
  CHECK(keys_of(folder / "generator")["architectures"] == nlohmann::json{"ElectraForMaskedLM"});
  CHECK(json["type_vocab_size"] == 2);
}

TEST_CASE("what a configuration may leave out is what transformers takes",
          "[hugging_face_config]") {
  const TemporaryFolder folder;
  save(folder);
  const fs::path directory = folder / "discriminator";
  auto json = keys_of(directory);
  for (const char* key : {"hidden_act", "hidden_dropout_prob", "attention_probs_dropout_prob",
                          "initializer_range", "layer_norm_eps", "position_embedding_type"})
    json.erase(key);
  write_file(directory / "config.json", json.dump());
  const NetworkConfig found = read_network_config(directory);
  CHECK(found.activation == Gelu::erf);
  CHECK(found.dropout == 0.1F);
  CHECK(found.attention_dropout == 0.1F);
  CHECK(found.initializer_range == 0.02F);
  CHECK(found.layer_norm_epsilon == 1e-12F);
  for (const char* key :
       {"vocab_size", "embedding_size", "hidden_size", "num_hidden_layers", "num_attention_heads",
        "intermediate_size", "max_position_embeddings", "type_vocab_size"})
    json.erase(key);
  write_file(directory / "config.json", json.dump());
  const NetworkConfig bare = read_network_config(directory);
  CHECK(bare.vocabulary == 30522);
  CHECK(bare.embedding == 128);
  CHECK(bare.hidden == 256);
  CHECK(bare.layers == 12);
  CHECK(bare.heads == 4);
  CHECK(bare.intermediate == 1024);
  CHECK(bare.positions == 512);
}

TEST_CASE("a configuration that this library does not compute is refused by its key",
          "[hugging_face_config]") {
  const TemporaryFolder folder;
  save(folder);
  const fs::path directory = folder / "discriminator";
  SECTION("an activation") {
    set_key(directory, "hidden_act", "relu");
    CHECK_THAT(refusal_of_sizes(directory), Contains("hidden_act") && Contains("relu"));
  }
  SECTION("relative positions") {
    set_key(directory, "position_embedding_type", "relative_key");
    CHECK_THAT(refusal_of_sizes(directory), Contains("position_embedding_type"));
  }
  SECTION("another model") {
    set_key(directory, "model_type", "roberta");
    CHECK_THAT(refusal_of_sizes(directory),
               Contains("model_type: expected electra or bert, found \"roberta\""));
  }
  SECTION("attention to what comes before alone") {
    set_key(directory, "is_decoder", true);
    CHECK_THAT(refusal_of_sizes(directory), Contains("is_decoder: expected false, found true"));
  }
  SECTION("attention to another text") {
    set_key(directory, "add_cross_attention", true);
    CHECK_THAT(refusal_of_sizes(directory), Contains("add_cross_attention: expected false"));
  }
  SECTION("heads that were cut out") {
    set_key(directory, "pruned_heads", {});
    (void)read_network_config(directory);
    set_key(directory, "pruned_heads", {{"0", {1}}});
    CHECK_THAT(refusal_of_sizes(directory), Contains("pruned_heads: expected nothing"));
  }
  SECTION("weights in a code of their own") {
    set_key(directory, "quantization_config", {{"quant_method", "bitsandbytes"}});
    CHECK_THAT(refusal_of_sizes(directory), Contains("quantization_config"));
  }
  SECTION("another number of token types") {
    set_key(directory, "type_vocab_size", 3);
    CHECK_THAT(refusal_of_sizes(directory), Contains("type_vocab_size: expected 2, found 3"));
  }
  SECTION("a width that is a text") {
    set_key(directory, "hidden_size", "wide");
    CHECK_THAT(refusal_of_sizes(directory), Contains("hidden_size"));
  }
  SECTION("heads that do not divide the width") {
    set_key(directory, "num_attention_heads", 3);
    CHECK_THAT(refusal_of_sizes(directory),
               Contains("num_attention_heads: expected a divisor of hidden_size = 16, found 3"));
  }
  SECTION("no JSON") {
    write_file(directory / "config.json", "{");
    CHECK_THAT(refusal_of_sizes(directory), Contains("config.json"));
  }
  SECTION("nothing at all") {
    CHECK_THAT(refusal_of_sizes(folder / "nowhere"), Contains("nowhere"));
  }
}

TEST_CASE("a number out of its range is refused by file and key", "[hugging_face_config]") {
  struct Case {
    const char* key;
    nlohmann::json value;
    const char* says;
  };
  const std::vector<Case> cases{
      {"vocab_size", 5, "vocab_size: expected 6 or more, found 5"},
      {"vocab_size", 1e12, "vocab_size: expected a positive integer, found 1000000000000.0"},
      {"vocab_size", 16777217, "vocab_size: expected at most 16777216, found 16777217"},
      {"intermediate_size", std::numeric_limits<std::int64_t>::max(),
       "intermediate_size: expected at most 16777216"},
      {"num_hidden_layers", 1001, "num_hidden_layers: expected 1 to 1000, found 1001"},
      {"num_attention_heads", 0, "num_attention_heads: expected a positive integer, found 0"},
      {"max_position_embeddings", 4, "max_position_embeddings: expected 5 to 65536, found 4"},
      {"max_position_embeddings", 65537,
       "max_position_embeddings: expected 5 to 65536, found 65537"},
      {"hidden_dropout_prob", 1, "hidden_dropout_prob: expected 0 or more and below 1, found 1"},
      {"attention_probs_dropout_prob", -0.5, "attention_probs_dropout_prob: expected 0 or more"},
      {"initializer_range", 0, "initializer_range: expected a positive number, found 0"},
      {"layer_norm_eps", -1, "layer_norm_eps: expected a positive number, found -1"},
  };
  for (const Case& each : cases) {
    INFO(each.says);
    const TemporaryFolder folder;
    save(folder);
    const fs::path directory = folder / "discriminator";
    set_key(directory, each.key, each.value);
    CHECK_THAT(refusal_of_sizes(directory),
               Contains((directory / "config.json").string() + ": ") && Contains(each.says));
  }
}

TEST_CASE("networks that cannot be a pair are told what they disagree about",
          "[hugging_face_config]") {
  const NetworkConfig d = network_of(small_model(), Network::discriminator, small_vocabulary);
  const auto refusal = [&](const auto& change) {
    NetworkConfig g = d;
    change(g);
    return message_of<ConfigError>([&] { (void)pair_of(g, d, Sharing::embeddings); });
  };
  CHECK_THAT(refusal([](NetworkConfig& c) { c.vocabulary = 71; }),
             Contains("vocab_size") && Contains("71 and 70"));
  CHECK_THAT(refusal([](NetworkConfig& c) { c.embedding = 8; }),
             Contains("embedding_size differ: 8 and 12"));
  CHECK_THAT(refusal([](NetworkConfig& c) { c.positions = 8; }),
             Contains("max_position_embeddings differ: 8 and 9"));
  CHECK_THAT(refusal([](NetworkConfig& c) { c.activation = Gelu::tanh; }),
             Contains("hidden_act differ: gelu_new and gelu"));
  NetworkConfig g = d;
  g.layer_norm_epsilon = 1e-5F;
  CHECK_THAT(message_of<ConfigError>([&] { (void)pair_of(g, d, Sharing::all); }),
             Contains("layer_norm_eps differ: 1e-05 and 1e-12"));
}

TEST_CASE("each network of a pair keeps its own layer_norm_eps", "[hugging_face_config]") {
  const NetworkConfig d = network_of(small_model(), Network::discriminator, small_vocabulary);
  NetworkConfig g = d;
  g.layer_norm_epsilon = 0.1F;
  const ModelConfig pair = pair_of(g, d, Sharing::embeddings);
  CHECK(network_of(pair, Network::generator, small_vocabulary).layer_norm_epsilon == 0.1F);
  CHECK(network_of(pair, Network::discriminator, small_vocabulary).layer_norm_epsilon == 1e-12F);
  CHECK(pair_of(d, d, Sharing::embeddings).generator.layer_norm_epsilon == 0);
}

TEST_CASE("a BERT is read as an ELECTRA whose embeddings are as wide as its layers",
          "[hugging_face_config]") {
  const TemporaryFolder folder;
  const auto read = [&](const nlohmann::json& json) {
    write_file(folder / "config.json", json.dump());
    return read_network_config(folder.path());
  };
  const NetworkConfig sizes = read({{"model_type", "bert"}, {"hidden_size", 48}});
  CHECK(sizes.embedding == 48);
  CHECK(sizes.hidden == 48);
  CHECK(sizes.vocabulary == 30522);
  CHECK(sizes.layers == 12);
  CHECK(sizes.heads == 12);
  CHECK(sizes.intermediate == 3072);
  CHECK(sizes.positions == 512);
  CHECK(read({{"architectures", {"BertForMaskedLM"}}}).embedding == 768);
  CHECK(read({{"architectures", {"ElectraForPreTraining"}}}).embedding == 128);
}

TEST_CASE("activations that are one function are read by all their names",
          "[hugging_face_config]") {
  const TemporaryFolder folder;
  save(folder);
  for (const auto& [name, form] :
       {std::pair{"gelu", Gelu::erf}, std::pair{"gelu_python", Gelu::erf},
        std::pair{"gelu_new", Gelu::tanh}, std::pair{"gelu_fast", Gelu::tanh},
        std::pair{"gelu_accurate", Gelu::tanh}, std::pair{"gelu_pytorch_tanh", Gelu::tanh}}) {
    set_key(folder / "generator", "hidden_act", name);
    CHECK(read_network_config(folder / "generator").activation == form);
  }
}
