#include "pretrain/initialization.h"

#include <catch2/catch.hpp>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/formats/hugging_face.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/io/config.h"
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
  CHECK(config.vocabulary.strip_accents == true);
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
