#include "pretrain/initialization.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/formats/hugging_face.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/io/config.h"
#include "electra/io/safetensors.h"
#include "electra/models/pair.h"
#include "support/temporary_folder.h"
#include "train/small_run.h"

using namespace electra;
using namespace electra::test;
using Catch::Matchers::Contains;

namespace {

constexpr Index rows = 40;  // more than the vocabulary has entries

/// A pair's weights, drawn from a seed or loaded.
struct Pair {
  Pair(const PretrainConfig& config, Index vocabulary) : model(store, config.model, vocabulary) {
    store.allocate(*context, Precision::f32);
    initialise(config, store);
  }
  [[nodiscard]] std::vector<float> weights() const {
    const auto all = store.master().span<float>();
    return {all.begin(), all.end()};
  }

  std::unique_ptr<Context> context = Context::create({}, {.threads = 1});
  ParameterStore store;
  ElectraPair model;
};

PretrainConfig released_config() {
  PretrainConfig config = small_config();
  config.seed = 77;
  config.model.dropout = 0.3F;
  return config;
}

/// Two directories as somebody has released them.
class Released {
 public:
  Released() {
    const PretrainConfig config = released_config();
    save_network(generator(), parts_of(config.model, Network::generator, rows), pair.store);
    save_network(discriminator(), parts_of(config.model, Network::discriminator, rows), pair.store);
    save_tokenizer(discriminator(), vocabulary, {.lower_case = false, .strip_accents = true},
                   config.model.positions);
  }

  [[nodiscard]] std::filesystem::path generator() const { return folder / "generator"; }
  [[nodiscard]] std::filesystem::path discriminator() const { return folder / "discriminator"; }
  [[nodiscard]] PretrainConfig continued(PretrainConfig config = {}) const {
    config.initialize.generator = generator().string();
    config.initialize.discriminator = discriminator().string();
    return config;
  }

  TemporaryFolder folder;
  Vocabulary vocabulary =
      Vocabulary::from_tokens({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "ship"});
  Pair pair{released_config(), rows};
};

}  // namespace

TEST_CASE("without weights to continue from nothing changes", "[initialization]") {
  const PretrainConfig config = small_config();
  CHECK(config_hash(with_released_sizes(config)) == config_hash(config));
  const Pair drawn(config, 50);
  ParameterStore store;
  const ElectraPair model(store, config.model, 50);
  store.allocate(*drawn.context, Precision::f32);
  store.initialise(config.seed, config.model.initializer_range);
  const auto expected = store.master().span<float>();
  CHECK(drawn.weights() == std::vector<float>(expected.begin(), expected.end()));
}

TEST_CASE("the directories decide sizes and text, the run decides dropout", "[initialization]") {
  const Released released;
  PretrainConfig wanted;  // ELECTRA-Small's sizes
  wanted.model.dropout = 0.05F;
  wanted.model.attention_dropout = 0.2F;
  wanted.data.length = 16;
  const PretrainConfig config = with_released_sizes(released.continued(wanted));
  const ModelConfig expected = released_config().model;
  CHECK(config.model.embedding == expected.embedding);
  CHECK(config.model.hidden == expected.hidden);
  CHECK(config.model.layers == expected.layers);
  CHECK(config.model.heads == expected.heads);
  CHECK(config.model.intermediate == expected.intermediate);
  CHECK(config.model.positions == expected.positions);
  CHECK(config.model.generator.hidden == expected.generator.hidden);
  CHECK(config.model.generator.layers == expected.generator.layers);
  CHECK(config.model.generator.heads == expected.generator.heads);
  CHECK(config.model.generator.intermediate == expected.generator.intermediate);
  CHECK(config.model.dropout == 0.05F);
  CHECK(config.model.attention_dropout == 0.2F);
  CHECK(config.data.length == 16);
  CHECK(config.vocabulary.size == rows);
  CHECK(config.vocabulary.file == (released.discriminator() / "vocab.txt").string());
  CHECK_FALSE(config.vocabulary.lower_case);
  CHECK(config.vocabulary.strip_accents == false);  // google's strips only where it lower-cases
}

TEST_CASE("a tokenizer that reads text as no corpus is read is refused by the key's name",
          "[initialization]") {
  const Released released;
  const auto refusal = [&](const WordpieceOptions& options) {
    save_tokenizer(released.discriminator(), released.vocabulary, options, 16);
    return message_of<ConfigError>([&] { (void)with_released_sizes(released.continued({})); });
  };
  CHECK_THAT(refusal({.handle_chinese_chars = false}), Contains("tokenize_chinese_chars"));
  CHECK_THAT(refusal({.compat = Compat::hf, .clean_text = false}), Contains("clean_text"));
  CHECK_THAT(refusal({.compat = Compat::hf, .max_word_characters = 7}),
             Contains("max_input_chars_per_word is 7"));
}

TEST_CASE("a directory without a vocab.txt is continued with the vocabulary of its tokenizer.json",
          "[initialization]") {
  const Released released;
  CHECK(load_vocabulary(released.discriminator() / "tokenizer.json").tokens() ==
        released.vocabulary.tokens());
  std::filesystem::remove(released.discriminator() / "vocab.txt");
  const PretrainConfig config = with_released_sizes(released.continued({}));
  CHECK(config.vocabulary.file == (released.discriminator() / "tokenizer.json").string());
}

TEST_CASE("a vocabulary that is named stays, with its treatment of text", "[initialization]") {
  const Released released;
  PretrainConfig wanted;
  wanted.vocabulary.file = "mine.txt";
  const PretrainConfig config = with_released_sizes(released.continued(wanted));
  CHECK(config.vocabulary.file == "mine.txt");
  CHECK(config.vocabulary.lower_case);
  CHECK(config.vocabulary.size == rows);
}

TEST_CASE("the first weights are the released ones, whatever the seed", "[initialization]") {
  const Released released;
  const PretrainConfig config = with_released_sizes(released.continued());
  const Pair loaded(config, config.vocabulary.size);
  CHECK(loaded.weights() == released.pair.weights());
}

TEST_CASE("a discriminator alone is continued beside a generator of the run's own sizes",
          "[initialization]") {
  const Released released;
  PretrainConfig wanted = released.continued();
  wanted.initialize.generator.clear();
  wanted.model.sharing = GENERATE(Sharing::embeddings, Sharing::none);
  wanted.model.generator = {.hidden = 4, .layers = 3, .heads = 2, .intermediate = 6};
  wanted.data.length = 16;
  const PretrainConfig config = with_released_sizes(wanted);
  CHECK(config.model.hidden == released_config().model.hidden);
  CHECK(config.model.generator.hidden == 4);
  CHECK(config.model.generator.layers == 3);
  CHECK(config_hash(with_released_sizes(config)) == config_hash(config));
  CHECK(check_released(config) ==
        std::vector<std::string>{"the generator starts anew, with the sizes of model.generator.*"});

  const Pair continued(config, config.vocabulary.size);
  PretrainConfig anew = config;
  anew.initialize = {};
  const Pair drawn(anew, config.vocabulary.size);
  const std::string embeddings =
      wanted.model.sharing == Sharing::none ? "discriminator/embeddings" : "shared/embeddings";
  for (const Parameter& p : continued.store.parameters()) {
    CAPTURE(p.name);
    const auto found = p.master.span<float>();
    const bool generators = p.name.starts_with("generator/");
    std::string name = p.name;
    if (name.starts_with(embeddings)) name.replace(0, embeddings.size(), "shared/embeddings");
    const Parameter* from = (generators ? drawn.store : released.pair.store).find(name);
    REQUIRE(from != nullptr);
    const auto expected = from->master.span<float>();
    CHECK(std::equal(found.begin(), found.end(), expected.begin()));
  }
}

TEST_CASE("a discriminator without the head begins with a new one, and it is said",
          "[initialization]") {
  const Released released;
  const SafetensorsFile file =
      SafetensorsFile::open(released.discriminator() / "model.safetensors");
  SafetensorsWriter writer;
  for (const StoredTensor& tensor : file.tensors())
    if (tensor.name.starts_with("electra.")) writer.add(tensor);
  writer.write(released.discriminator() / "model.safetensors");
  PretrainConfig wanted = released.continued();
  wanted.data.length = 16;
  const PretrainConfig config = with_released_sizes(wanted);
  const std::vector<std::string> lines = check_released(config);
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], Contains(released.discriminator().string()) &&
                           Contains("no head of ElectraForPreTraining"));
  const auto context = Context::create({}, {.threads = 1});
  ParameterStore store;
  const ElectraPair pair(store, config.model, config.vocabulary.size);
  store.allocate(*context, Precision::f32);
  CHECK_THROWS_AS(initialise(config, store), IoError);
  initialise(config, store, HeadWeights::if_stored);
  const auto drawn = store.find("discriminator/head/dense/weight")->master.span<float>();
  CHECK(std::any_of(drawn.begin(), drawn.end(), [](float x) { return x != 0; }));
}

TEST_CASE("sizes that do not fit together say what to set", "[initialization]") {
  const Released released;
  SECTION("sharing all, with a generator of its own") {
    PretrainConfig wanted = released.continued();
    wanted.initialize.generator.clear();
    wanted.model.sharing = Sharing::all;
    wanted.data.length = 16;
    CHECK_THAT(message_of<ConfigError>([&] { (void)check_released(with_released_sizes(wanted)); }),
               Contains("model.generator.hidden: expected ") && Contains("sharing: all"));
  }
  SECTION("sequences longer than the positions") {
    PretrainConfig wanted = released.continued();
    wanted.data.length = 33;
    CHECK_THAT(message_of<ConfigError>([&] { (void)check_released(with_released_sizes(wanted)); }),
               Contains("data.length: expected 5 to model.positions = 32, found 33"));
  }
  SECTION("another width of embeddings") {
    PretrainConfig config = released_config();
    config.model.embedding = 20;
    const Pair pair(config, rows);
    save_network(released.generator(), parts_of(config.model, Network::generator, rows),
                 pair.store);
    CHECK_THAT(message_of<ConfigError>([&] { (void)with_released_sizes(released.continued()); }),
               Contains("embedding_size differ: 20 and ") &&
                   Contains("leave initialize.generator out") && Contains("model.generator.*"));
  }
  SECTION("another vocabulary") {
    Vocabulary::from_tokens({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "ship"})
        .save(released.generator() / "vocab.txt");
    PretrainConfig wanted = released.continued();
    wanted.data.length = 16;
    CHECK_THAT(message_of<ConfigError>([&] { (void)check_released(with_released_sizes(wanted)); }),
               Contains("different vocabularies") && Contains("leave initialize.generator out"));
  }
  SECTION("another vocabulary, in tokenizer.json alone") {
    std::vector<std::string> tokens = released.vocabulary.tokens();
    std::swap(tokens[5], tokens[6]);
    save_tokenizer(released.generator(), Vocabulary::from_tokens(tokens), {}, 32);
    for (const auto& directory : {released.generator(), released.discriminator()})
      std::filesystem::remove(directory / "vocab.txt");
    PretrainConfig wanted = released.continued();
    wanted.data.length = 16;
    CHECK_THAT(message_of<ConfigError>([&] { (void)check_released(with_released_sizes(wanted)); }),
               Contains((released.generator() / "tokenizer.json").string()) &&
                   Contains((released.discriminator() / "tokenizer.json").string()) &&
                   Contains("id 5 is \"" + tokens[5] + "\" in the first and \"" + tokens[6] +
                            "\" in the second"));
  }
}

TEST_CASE("a generator alone is refused, and what to set is named", "[initialization]") {
  PretrainConfig config;
  config.initialize.generator = "gen";
  CHECK_THAT(message_of<ConfigError>([&] { (void)with_released_sizes(config); }),
             Contains("initialize.discriminator") && Contains("initialize.generator=gen"));
}

TEST_CASE("a directory that is not there is named", "[initialization]") {
  const Released released;
  PretrainConfig config = released.continued();
  config.initialize.generator = (released.folder / "missing").string();
  CHECK_THAT(message_of<IoError>([&] { (void)with_released_sizes(config); }), Contains("missing"));
}
