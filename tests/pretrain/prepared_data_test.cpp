#include "electra/pretrain/prepared_data.h"

#include <atomic>
#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/data/corpus_record.h"
#include "electra/io/safetensors.h"
#include "electra/pretrain/objectives/masking.h"
#include "pretrain/tiny_run.h"

using namespace electra;
using namespace electra::test;
using Catch::Matchers::Contains;

namespace {

/// A corpus in a folder of its own, and what is made of it.
struct Corpus {
  Corpus() {
    write_corpus(folder / "corpus.txt");
    config = small_config();
    config.data.corpus = (folder / "corpus.txt").string();
    config.data.held_out = 0.2;
    config.vocabulary.size = 60;
    config.train.batch = 4;
  }

  [[nodiscard]] PreparedData prepare() {
    said.clear();
    const auto say = [this](const std::string& text) { said += text + "\n"; };
    PreparedData data(config, folder / "vocab.txt", folder / "data/corpus.etok", say, stop);
    for (const std::string& line : data.description()) say(line);
    return data;
  }

  TemporaryFolder folder;
  PretrainConfig config;
  std::string said;
  StopRequest stop;
};

/// What an evaluation sees.
std::vector<StepBatch> held_out_batches(const PreparedData& data, const PretrainConfig& config) {
  const HeldOut held_out = data.held_out(config);
  std::vector<StepBatch> batches;
  for (Index step = 0; step < held_out.batches; ++step)
    batches.push_back(held_out.source->at(step));
  return batches;
}

}  // namespace

TEST_CASE("inputs that are not there are named before anything is done", "[prepared_data]") {
  Corpus c;
  CHECK_NOTHROW(check_inputs(c.config));
  SECTION("the corpus") {
    c.config.data.corpus = (c.folder / "missing").string();
    CHECK_THAT(message_of<IoError>([&] { check_inputs(c.config); }),
               Contains(c.config.data.corpus));
  }
  SECTION("the vocabulary") {
    c.config.vocabulary.file = (c.folder / "missing.txt").string();
    CHECK_THAT(message_of<IoError>([&] { check_inputs(c.config); }), Contains("missing.txt"));
  }
  SECTION("special tokens in the vocabulary") {
    c.config.vocabulary.file = (c.folder / "poor.txt").string();
    write_file(c.config.vocabulary.file, "[PAD]\n[UNK]\n[CLS]\n[SEP]\nword\n");
    CHECK_THAT(message_of<IoError>([&] { check_inputs(c.config); }),
               Contains("poor.txt") && Contains("[MASK]"));
  }
  CHECK(c.folder.count() <= 2);
}

TEST_CASE("data are prepared once, and opened from then on", "[prepared_data]") {
  Corpus c;
  const PreparedData first = c.prepare();
  CHECK_THAT(c.said, Contains("training a vocabulary of 60 entries") && Contains("tokenising"));
  const std::string vocabulary = read_file(c.folder / "vocab.txt");
  c.config.data.corpus = "is not needed any more";
  const PreparedData second = c.prepare();
  CHECK_THAT(c.said, !Contains("training a vocabulary") && !Contains("tokenising") &&
                         Contains("40 documents"));
  CHECK(read_file(c.folder / "vocab.txt") == vocabulary);
  CHECK(second.vocabulary().hash() == first.vocabulary().hash());
  CHECK(second.training_tokens() == first.training_tokens());
  CHECK(held_out_batches(second, c.config)[0].batch.ids ==
        held_out_batches(first, c.config)[0].batch.ids);
}

TEST_CASE("what was found in the corpus is said and recorded", "[prepared_data]") {
  Corpus c;
  const PreparedData plain = c.prepare();
  CHECK_THAT(c.said, !Contains("corpus:"));
  const CorpusRecord record = load_corpus_record(c.folder / "data/corpus.json");
  CHECK(record.files == std::vector<std::string>{"corpus.txt"});
  CHECK(record.findings.documents == 40);
  CHECK(compare(record, c.config.data.corpus).outcome == CorpusComparison::Outcome::same);

  Corpus lines;
  lines.config.data.corpus = (lines.folder / "corpus").string();
  lines.config.data.text_key = "body";
  std::string text = "{\"body\":null}\n";
  for (int i = 0; i < 40; ++i) text += "{\"body\":\"the whale and the ship\"}\n";
  write_file(lines.config.data.corpus, text);
  const PreparedData data = lines.prepare();
  CHECK_THAT(lines.said, Contains("corpus: left out 1 bad line of 41: ") &&
                             Contains("corpus:1: expected a string as \"body\", found null") &&
                             Contains("40 documents"));
}

TEST_CASE("a vocabulary that is named is taken as it is", "[prepared_data]") {
  Corpus c;
  std::string text = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nwhale\nship\n.\n";
  for (const char letter : std::string("abcdefghijklmnopqrstuvwxyz"))
    text += std::string(1, letter) + "\n##" + letter + "\n";
  c.config.vocabulary.file = (c.folder / "mine.txt").string();
  write_file(c.config.vocabulary.file, text);
  const PreparedData data = c.prepare();
  CHECK(data.vocabulary().size() == 60);
  CHECK(data.vocabulary_rows() == 60);
  CHECK(read_file(c.folder / "vocab.txt") == text);
}

TEST_CASE("a vocabulary that does not fit the text is refused before there are tokens",
          "[prepared_data]") {
  Corpus c;
  c.config.vocabulary.file = (c.folder / "mine.txt").string();
  write_file(c.config.vocabulary.file, "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nWHALE\nSHIP\nTHE\n.\n");
  CHECK_THAT(message_of<ConfigError>([&] { (void)c.prepare(); }),
             Contains("mine.txt: expected at most 30.0 % of the text's tokens to be [UNK]") &&
                 Contains("vocabulary.lower_case"));
  CHECK_FALSE(std::filesystem::exists(c.folder / "data/corpus.etok"));
}

TEST_CASE("preparing may be interrupted anywhere, and what is not complete is not there",
          "[prepared_data][law]") {
  Corpus whole, stopped;
  Index asked = 0;
  whole.stop = [&] {
    ++asked;
    return false;
  };
  const PreparedData data = whole.prepare();
  REQUIRE(asked > 100);
  std::atomic<Index> left = 0;
  stopped.config.threads = 1;
  stopped.stop = [&] { return --left < 0; };
  Index interruptions = 0;
  for (Index first = 0; first < asked; first += asked / 25) {
    std::filesystem::remove(stopped.folder / "vocab.txt");
    std::filesystem::remove_all(stopped.folder / "data");
    left = first;
    try {
      (void)stopped.prepare();
    } catch (const Interrupted&) {
      ++interruptions;
      CHECK_FALSE(std::filesystem::exists(stopped.folder / "data/corpus.etok"));
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(stopped.folder.path()))
      CHECK_THAT(entry.path().string(), !Contains("partial"));
    left = 1 << 30;
    const PreparedData again = stopped.prepare();  // with a vocabulary that may be there already
    CHECK(again.vocabulary().hash() == data.vocabulary().hash());
    CHECK(read_file(stopped.folder / "data/corpus.etok") ==
          read_file(whole.folder / "data/corpus.etok"));
  }
  CHECK(interruptions >= 20);
}

TEST_CASE("a corpus is known again by its content, wherever it is", "[prepared_data]") {
  Corpus c;
  (void)c.prepare();
  const auto record = c.folder / "data/corpus.json";
  const std::string before = c.config.data.corpus;
  std::string said;
  const auto check = [&] {
    check_same_corpus(c.config, before, record, [&](const std::string& text) { said += text; });
  };
  CHECK_NOTHROW(check());
  c.config.data.corpus = (c.folder / "moved.txt").string();
  std::filesystem::copy_file(before, c.config.data.corpus);
  CHECK_NOTHROW(check());
  CHECK(said.empty());
  std::string text = read_file(before);
  text[text.size() / 2] = text[text.size() / 2] == 'x' ? 'y' : 'x';
  write_file(c.config.data.corpus, text);  // of the same size
  CHECK_THAT(message_of<ConfigError>(check),
             Contains("data.corpus: the run was made from " + before) && Contains("moved.txt"));
  c.config.data.corpus = "nowhere";
  CHECK_NOTHROW(check());
  CHECK_THAT(said, Contains("nowhere") && Contains("going on with the tokens"));
  said.clear();
  std::filesystem::remove(c.folder / "data/corpus.etok");
  CHECK_NOTHROW(check());
  CHECK_THAT(said, Contains("only the vocabulary was made of it") && !Contains("going on"));
  std::filesystem::remove(record);  // as in a run of an earlier version
  CHECK_THAT(message_of<ConfigError>(check), Contains(before) && Contains("nowhere"));
  c.config.data.corpus = before;
  CHECK_NOTHROW(check());
}

TEST_CASE("the share of [UNK] is told once the corpus is tokenised", "[prepared_data]") {
  Corpus c;
  const PreparedData first = c.prepare();
  const Index tokens = first.training_tokens() + first.held_out_tokens();
  CHECK(first.unknown().tokens == tokens);
  CHECK_THAT(c.said, Contains("[UNK] share: 0 %"));
  CHECK(c.prepare().unknown().tokens == tokens);
  CHECK_THAT(c.said, Contains("[UNK] share: 0 %") && !Contains("tokenising"));
}

TEST_CASE("a preset's vocabulary grows to the text's alphabet, and says so", "[prepared_data]") {
  Corpus c;
  c.config.vocabulary.size = 20;
  c.config.vocabulary.grow = std::nullopt;
  const PreparedData data = c.prepare();
  CHECK(data.vocabulary().size() > 60);
  CHECK_THAT(c.said, Contains("vocabulary.size: grown from 20 to"));
  Corpus d;
  d.config.vocabulary.size = 20;
  CHECK_THAT(message_of<ConfigError>([&] { (void)d.prepare(); }),
             Contains("vocabulary.size: expected at least"));
}

TEST_CASE("the word table has the vocabulary's rows, or those of released weights",
          "[prepared_data]") {
  Corpus c;
  const Index size = c.prepare().vocabulary().size();
  CHECK(c.prepare().vocabulary_rows() == size);
  c.config.vocabulary.size = size + 9;
  CHECK(c.prepare().vocabulary_rows() == size);  // what was wanted is not what was reached
  c.config.initialize.discriminator = "released";
  CHECK(c.prepare().vocabulary_rows() == size + 9);
  c.config.vocabulary.size = size - 1;
  CHECK_THAT(message_of<ConfigError>([&] { (void)c.prepare(); }),
             Contains("vocab.txt") && Contains("at most " + std::to_string(size - 1)) &&
                 Contains("released") && Contains("found " + std::to_string(size)));
}

TEST_CASE("an evaluation sees the first evaluate.batches, or all, the same on every rank",
          "[prepared_data]") {
  Corpus c;
  const PreparedData data = c.prepare();
  const std::vector<StepBatch> all = held_out_batches(data, c.config);
  REQUIRE(all.size() > 3);
  Index tokens = 0, examples = 0;
  for (const StepBatch& step : all) {
    tokens += step.totals.tokens;
    examples += step.batch.count();
  }
  CHECK(examples == data.held_out_loader(c.config).epoch_examples());
  CHECK(tokens > 0);
  for (const Index most : {1, 3, 1000}) {
    c.config.evaluate.batches = most;
    const std::vector<StepBatch> some = held_out_batches(data, c.config);
    REQUIRE(some.size() == std::min(all.size(), static_cast<std::size_t>(most)));
    for (std::size_t i = 0; i < some.size(); ++i) {
      CHECK(some[i].batch.ids == all[i].batch.ids);
      CHECK(some[i].totals == all[i].totals);
    }
  }
}

TEST_CASE("every batch says how many positions of each example are masked", "[prepared_data]") {
  Corpus c;
  c.config.masking.share = 0.3;
  const PreparedData data = c.prepare();
  const auto check = [&](const HostBatch& batch) {
    HostBatch expected = batch;
    expected.columns.clear();
    add_mask_counts(expected, 0.3, data.vocabulary().special_ids());
    REQUIRE(batch.columns.size() == 1);
    CHECK(batch.columns[0].per == Column::Per::example);
    CHECK(batch.column(masks_column) == expected.column(masks_column));
    for (const std::int32_t count : batch.column(masks_column)) CHECK(count >= 1);
  };
  for (const StepBatch& step : held_out_batches(data, c.config)) {
    check(step.batch);
    CHECK(step.totals == totals_of(step.batch));
  }
  const StepBatch whole = data.training_loader(c.config).at(3);
  for (const int rank : {0, 1}) {
    const StepBatch step = data.training_loader(c.config, rank, 2).at(3);
    check(step.batch);
    CHECK(step.batch.ids == whole.batch.slice(2 * rank, 2).ids);
    CHECK(step.totals == totals_of(whole.batch));  // of all ranks
  }
}

TEST_CASE("no document is both trained on and held out", "[prepared_data]") {
  Corpus c;
  const PreparedData data = c.prepare();
  const Index all = data.training_tokens() + data.held_out_tokens();
  c.config.data.held_out = 0.5;
  const PreparedData halves = c.prepare();
  CHECK(halves.training_tokens() + halves.held_out_tokens() == all);
  CHECK(halves.held_out_tokens() > data.held_out_tokens());
}

TEST_CASE("a dump has every packed example of both parts", "[prepared_data]") {
  Corpus c;
  const PreparedData data = c.prepare();
  const auto path = c.folder / "examples.safetensors";
  data.dump(c.config, path);
  const SafetensorsFile file = SafetensorsFile::open(path);
  const Index length = c.config.data.length;
  const auto shape = [&](const std::string& name) { return file.find(name)->shape; };
  for (const std::string kind : {"ids", "types"}) {
    CHECK(shape("train_" + kind) ==
          std::vector<Index>{data.training_loader(c.config).epoch_examples(), length});
    CHECK(shape("held_out_" + kind) ==
          std::vector<Index>{data.held_out_loader(c.config).epoch_examples(), length});
  }
}

TEST_CASE("the way to a step of a late epoch is given up when that is wanted", "[prepared_data]") {
  Corpus c;
  const PreparedData data = c.prepare();
  Loader loader = data.training_loader(c.config, 0, 1, [] { return true; });
  CHECK_THROWS_AS(loader.at(5 * loader.epoch_steps()), Interrupted);
}
