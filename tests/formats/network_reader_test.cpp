#include "formats/network_reader.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>

#include "electra/core/error.h"
#include "electra/core/host_copy.h"
#include "electra/formats/hugging_face.h"
#include "electra/models/text_model.h"
#include "formats/stored_pair.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace fs = std::filesystem;

namespace {

/// A BERT's names, as BertForPreTraining has them.
std::optional<std::string> bert_name(const std::string& name) {
  const std::map<std::string, std::string> heads{
      {"generator_predictions.dense.weight", "cls.predictions.transform.dense.weight"},
      {"generator_predictions.dense.bias", "cls.predictions.transform.dense.bias"},
      {"generator_predictions.LayerNorm.weight", "cls.predictions.transform.LayerNorm.gamma"},
      {"generator_predictions.LayerNorm.bias", "cls.predictions.transform.LayerNorm.beta"},
      {"generator_lm_head.bias", "cls.predictions.bias"}};
  if (const auto found = heads.find(name); found != heads.end()) return found->second;
  if (name.starts_with("electra.")) return "bert." + name.substr(8);
  return name;
}

/// Networks whose embeddings are as wide as their layers.
ModelConfig bert_sizes(Sharing sharing = Sharing::none) {
  ModelConfig config = small_model(sharing);
  config.embedding = config.hidden = config.generator.hidden = 16;
  return config;
}

StoredTensor tensor_of(const std::string& name, const std::vector<float>& values,
                       const std::vector<Index>& shape) {
  return {name, StoredType::f32, shape, std::as_bytes(std::span(values))};
}

}  // namespace

TEST_CASE("a BERT's masked-language model is a generator, its pooler is left out and said",
          "[hugging_face]") {
  const ModelConfig config = bert_sizes();
  const Pair a(1, config);
  Pair b(2, config);
  const TemporaryFolder folder;
  save(a, folder);
  const fs::path directory = folder / "generator";
  const std::vector<float> pooler(256, 0.5F);
  rewrite(directory, bert_name, {tensor_of("bert.pooler.dense.weight", pooler, {16, 16})});
  const NetworkParts parts = parts_of(config, Network::generator, small_vocabulary);
  const StoredNetwork taken = load_network(directory, parts, b.store);
  CHECK(taken.missing_head.empty());
  CHECK(taken.left_out == std::vector<std::string>{"bert.pooler.dense.weight"});
  REQUIRE(describe(taken).size() == 1);
  CHECK_THAT(describe(taken)[0], Contains(directory.string()) && Contains("left out: bert.pooler"));
  for (const Parameter& p : b.store.parameters())
    if (p.name.starts_with("generator/")) {
      const auto found = p.master.span<float>();
      const auto expected = a.store.find(p.name)->master.span<float>();
      CHECK(std::equal(found.begin(), found.end(), expected.begin()));
    }
}

TEST_CASE("a head that is not stored stays as it was, where that is allowed, and is named",
          "[hugging_face]") {
  const ModelConfig config = bert_sizes();
  const Pair a(1, config);
  Pair b(2, config);
  const TemporaryFolder folder;
  save(a, folder);
  const fs::path directory = folder / "discriminator";
  const std::vector<float> classifier(3);
  rewrite(directory,
          [](const std::string& name) {
            return name.starts_with("electra.") ? bert_name(name) : std::nullopt;
          },
          {tensor_of("classifier.bias", classifier, {3})});
  const NetworkParts parts = parts_of(config, Network::discriminator, small_vocabulary);
  const std::vector<float> before = weights(b.store);
  CHECK_THAT(message_of<IoError>([&] { (void)load_network(directory, parts, b.store); }),
             Contains("model.safetensors: head: expected that of ElectraForPreTraining, found "
                      "another one (classifier.bias)"));
  CHECK(weights(b.store) == before);
  const StoredNetwork taken = load_network(directory, parts, b.store, HeadWeights::if_stored);
  CHECK(taken.missing_head == "ElectraForPreTraining");
  CHECK(taken.left_out == std::vector<std::string>{"classifier.bias"});
  CHECK(describe(taken).size() == 2);
  const Pair drawn(2, config);
  for (const Parameter& p : b.store.parameters()) {
    const bool read =
        p.name.starts_with("discriminator/") && !p.name.starts_with("discriminator/head/");
    const Pair& from = read ? a : drawn;
    const auto found = p.master.span<float>();
    CHECK(std::equal(found.begin(), found.end(),
                     from.store.find(p.name)->master.span<float>().begin()));
  }
}

TEST_CASE("a directory with another head is refused by both heads' names", "[hugging_face]") {
  const Pair a(1);
  Pair b(2);
  const TemporaryFolder folder;
  save(a, folder);
  const fs::path directory = folder / "discriminator";
  const NetworkParts parts = parts_of(a.config, Network::discriminator, small_vocabulary);
  const auto refusal = [&] {
    return message_of<IoError>([&] { (void)load_network(directory, parts, b.store); });
  };
  std::string config = read_file(directory / "config.json");
  const std::string own = "ElectraForPreTraining";
  config.replace(config.find(own), own.size(), "ElectraForSequenceClassification");
  write_file(directory / "config.json", config);
  const auto encoder = [](const std::string& name) {
    return name.starts_with("electra.") ? std::optional(name) : std::nullopt;
  };
  const std::vector<float> values(3);
  rewrite(directory, encoder,
          {tensor_of("classifier.out_proj.bias", values, {3}),
           tensor_of("classifier.out_proj.weight", values, {3, 1})});
  CHECK_THAT(refusal(), Contains("expected that of ElectraForPreTraining, found that of "
                                 "ElectraForSequenceClassification (classifier.out_proj.") &&
                            Contains(" and 1 more)"));
  rewrite(directory, encoder);
  CHECK_THAT(refusal(), Contains("found none: these are the weights of an encoder alone"));
}

TEST_CASE("a layer too many is refused, whatever heads are allowed", "[hugging_face]") {
  const Pair a(1);
  Pair b(2);
  const TemporaryFolder folder;
  save(a, folder);
  const std::vector<float> bias(16);
  rewrite(folder / "discriminator", [](const std::string& name) { return std::optional(name); },
          {tensor_of("bert.encoder.layer.2.output.dense.bias", bias, {16})});
  const NetworkParts parts = parts_of(a.config, Network::discriminator, small_vocabulary);
  CHECK_THAT(message_of<IoError>([&] {
               (void)load_network(folder / "discriminator", parts, b.store, HeadWeights::if_stored);
             }),
             Contains("layer.2.output") && Contains("not part of"));
}

TEST_CASE("a tensor under two names must hold the same under both", "[hugging_face]") {
  const Pair a(1, bert_sizes());
  Pair b(2, bert_sizes());
  const TemporaryFolder folder;
  save(a, folder);
  const fs::path directory = folder / "generator";
  const auto bias = a.store.find("generator/head/output/bias")->master.span<float>();
  std::vector<float> copy(bias.begin(), bias.begin() + small_vocabulary);
  const NetworkParts parts = parts_of(a.config, Network::generator, small_vocabulary);
  rewrite(directory, bert_name, {tensor_of("cls.predictions.decoder.bias", copy, {70})});
  (void)load_network(directory, parts, b.store);
  copy[3] += 1;
  rewrite(directory,
          [](const std::string& name) {
            return name == "cls.predictions.decoder.bias" ? std::nullopt : std::optional(name);
          },
          {tensor_of("cls.predictions.decoder.bias", copy, {70})});
  CHECK_THAT(message_of<IoError>([&] { (void)load_network(directory, parts, b.store); }),
             Contains("cls.predictions.decoder.bias: expected the values of cls.predictions.bias"));
}

TEST_CASE("a BERT's head with another activation than ours is refused", "[hugging_face]") {
  ModelConfig config = bert_sizes();
  config.activation = Gelu::tanh;
  const Pair a(1, config);
  Pair b(2, config);
  const TemporaryFolder folder;
  save(a, folder);
  const NetworkParts parts = parts_of(config, Network::generator, small_vocabulary);
  (void)load_network(folder / "generator", parts, b.store);
  rewrite(folder / "generator", bert_name);
  CHECK_THAT(message_of<IoError>([&] { (void)load_network(folder / "generator", parts, b.store); }),
             Contains("cls.predictions.transform.dense.weight") && Contains("hidden_act: gelu"));
}

TEST_CASE("an output matrix that is not tied and not there is refused by its key",
          "[hugging_face]") {
  const Pair a(1);
  Pair b(2);
  const TemporaryFolder folder;
  save(a, folder);
  std::string config = read_file(folder / "generator" / "config.json");
  const std::string tied = "\"tie_word_embeddings\": true";
  config.replace(config.find(tied), tied.size(), "\"tie_word_embeddings\": false");
  write_file(folder / "generator" / "config.json", config);
  const NetworkParts parts = parts_of(a.config, Network::generator, small_vocabulary);
  CHECK_THAT(message_of<IoError>([&] { (void)load_network(folder / "generator", parts, b.store); }),
             Contains("config.json: tie_word_embeddings") && Contains("generator_lm_head.weight"));
}

TEST_CASE("a weight that is not finite is named with its place, whatever its type",
          "[hugging_face]") {
  const Pair a(1);
  Pair b(2);
  const TemporaryFolder folder;
  save(a, folder);
  const fs::path directory = folder / "discriminator";
  const NetworkParts parts = parts_of(a.config, Network::discriminator, small_vocabulary);
  const std::string name = "electra.encoder.layer.1.attention.self.key.weight";
  const auto with = [&](StoredType type, const auto& values) {
    rewrite(directory,
            [&](const std::string& found) {
              return found == name ? std::nullopt : std::optional(found);
            },
            {{name, type, {16, 16}, std::as_bytes(std::span(values))}});
    ParameterStore shapes;
    const ElectraPair pair(shapes, a.config, small_vocabulary);
    const std::string checked = message_of<IoError>(
        [&] { (void)check_network(directory, parts, shapes, HeadWeights::required); });
    CHECK(message_of<IoError>([&] { (void)load_network(directory, parts, b.store); }) == checked);
    CHECK_THAT(checked, Contains((directory / "model.safetensors").string()));
    return checked;
  };
  std::vector<float> singles(256);
  singles[37] = -std::numeric_limits<float>::infinity();
  CHECK_THAT(with(StoredType::f32, singles), Contains(name + ": -inf at [2, 5]"));
  std::vector<std::uint16_t> halves(256);
  halves[16] = 0x7e00;
  CHECK_THAT(with(StoredType::f16, halves), Contains(name + ": nan at [1, 0]"));
  halves[16] = 0x7f80;
  CHECK_THAT(with(StoredType::bf16, halves), Contains(name + ": inf at [1, 0]"));
  std::vector<double> doubles(256);
  doubles[255] = 1e300;  // beyond what f32 holds
  CHECK_THAT(with(StoredType::f64, doubles), Contains(name + ": inf at [15, 15]"));
}

TEST_CASE("a weight that is not finite is named wherever it is in a large tensor",
          "[hugging_face]") {
  const auto context = Context::create({}, {.threads = 1});
  NetworkConfig config = network_of(small_model(), Network::discriminator, 30000);
  ParameterStore store;
  const TextModel model(store, config, head_kind("replaced_token"));
  store.allocate(*context, Precision::f32);
  const auto word = store.find("embeddings/word")->master.span<float>();
  word[29000 * 12 + 7] = std::numeric_limits<float>::quiet_NaN();
  const TemporaryFolder folder;
  save_network(folder.path(), model.parts(), store);
  CHECK_THAT(message_of<IoError>([&] { (void)load_network(folder.path(), model.parts(), store); }),
             Contains("word_embeddings.weight: nan at [29000, 7]"));
}

TEST_CASE("a table that is kept in place stays in its file where its type allows, else is copied",
          "[hugging_face]") {
  const Pair a(1);
  const TemporaryFolder folder;
  save(a, folder);
  const fs::path directory = folder / "discriminator";
  const std::string name = "electra.embeddings.word_embeddings.weight";
  std::vector<std::uint16_t> halves(small_vocabulary * 12, 0x3f80);  // 1 in bf16, 1.875 in f16
  const auto [type, value_type, value] = GENERATE(table<StoredType, DType, float>(
      {{StoredType::bf16, DType::bf16, 1.0F}, {StoredType::f16, DType::f32, 1.875F}}));
  const bool as_saved = GENERATE(true, false);
  const auto others = [&](const std::string& found) {
    return found == name && !as_saved ? std::nullopt : std::optional(found);
  };
  if (!as_saved)
    rewrite(directory, others,
            {{name, type, {small_vocabulary, 12}, std::as_bytes(std::span(halves))}});
  const auto context = Context::create({}, {.threads = 1});
  ParameterStore store;
  const TextModel model(store, network_of(a.config, Network::discriminator, small_vocabulary),
                        head_kind("replaced_token"));
  store.keep_in_place(model.tables().word());
  store.allocate(*context, Precision::f32);
  (void)load_network(directory, model.parts(), store);
  const TensorView table = model.tables().word().value;
  REQUIRE(table.shape() == Shape{small_vocabulary, 12});
  if (as_saved) {
    REQUIRE(table.dtype() == DType::f32);
    const auto saved = a.store.find("shared/embeddings/word")->master.span<float>();
    CHECK(std::ranges::equal(table.span<float>(), saved.first(table.span<float>().size())));
  } else {
    CHECK(table.dtype() == value_type);
    CHECK(to_host_f32(*context, table) == std::vector<float>(halves.size(), value));
  }
  CHECK(store.find("embeddings/position")->master);
}

TEST_CASE("a value that is not finite is named in a table that is kept in place",
          "[hugging_face]") {
  const Pair a(1);
  const TemporaryFolder folder;
  save(a, folder);
  a.store.find("shared/embeddings/word")->master.span<float>()[69 * 12 + 3] =
      std::numeric_limits<float>::infinity();
  save(a, folder);
  const auto context = Context::create({}, {.threads = 1});
  ParameterStore store;
  const TextModel model(store, network_of(a.config, Network::discriminator, small_vocabulary),
                        head_kind("replaced_token"));
  store.keep_in_place(model.tables().word());
  store.allocate(*context, Precision::f32);
  CHECK_THAT(message_of<IoError>(
                 [&] { (void)load_network(folder / "discriminator", model.parts(), store); }),
             Contains("word_embeddings.weight: inf at [69, 3]"));
}

TEST_CASE("half precision is widened exactly", "[hugging_face]") {
  const Pair a(1);
  Pair b(2);
  const TemporaryFolder folder;
  save(a, folder);
  const std::string name = "electra.encoder.layer.1.attention.self.key.bias";
  const std::vector<std::uint16_t> halves(16, 0x3555);  // 0.333251953125
  rewrite(
      folder / "discriminator",
      [&](const std::string& found) { return found == name ? std::nullopt : std::optional(found); },
      {{name, StoredType::f16, {16}, std::as_bytes(std::span(halves))}});
  const NetworkParts parts = parts_of(a.config, Network::discriminator, small_vocabulary);
  (void)load_network(folder / "discriminator", parts, b.store);
  const auto bias = b.store.find("discriminator/encoder/layer_1/attention/query_key_value/bias")
                        ->master.span<float>();
  for (std::size_t i = 16; i < 32; ++i) CHECK(bias[i] == 0.333251953125F);
}
