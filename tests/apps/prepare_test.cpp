#include "apps/received_signal.h"
#include "apps/run_verb.h"
#include "electra/core/error.h"
#include "electra/data/token_file.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/io/config.h"
#include "electra/pretrain/prepared_text.h"
#include "electra/pretrain/pretraining.h"
#include "pretrain/tiny_run.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

namespace fs = std::filesystem;

/// A corpus of forty documents in a folder of its own.
class Setting {
 public:
  Setting() { write_corpus(corpus()); }
  [[nodiscard]] std::string corpus() const { return folder_ / "corpus.txt"; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return folder_ / name; }
  [[nodiscard]] std::size_t count() const { return folder_.count(); }

  [[nodiscard]] VerbRun prepare(const std::vector<std::string>& more = {}) const {
    return run({"prepare", "--corpus", corpus(), "--out", folder_ / "prepared", "--size", "60"},
               more);
  }
  /// A few steps on what these options name.
  [[nodiscard]] VerbRun pretrain(const std::string& out,
                                 const std::vector<std::string>& more) const {
    return run({"pretrain", "--out", folder_ / out, "--steps", "4", "--threads", "1", "--set",
                "evaluate.batches=1", "--set", "train.batch=4"},
               more);
  }

 private:
  static VerbRun run(std::vector<std::string> words, const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
    return run_verb(words);
  }

  TemporaryFolder folder_;
};

std::string refusal(const auto& call) {
  return message_of<Error>([&] { (void)call(); });
}

}  // namespace

TEST_CASE("a run on a prepared text is the run on its corpus, bit for bit", "[prepare][law]") {
  const Setting setting;
  REQUIRE(setting.prepare().code == 0);
  const std::string prepared = "data.prepared=" + setting / "prepared";
  CHECK(setting.pretrain("by_text", {"--set", prepared}).code == 0);
  CHECK(setting.pretrain("by_corpus", {"--corpus", setting.corpus(), "--set", "vocabulary.size=60"})
            .code == 0);
  for (const char* file :
       {"generator/model.safetensors", "discriminator/model.safetensors", "discriminator/vocab.txt",
        "discriminator/tokenizer.json", "discriminator/tokenizer_config.json"}) {
    CAPTURE(file);
    CHECK(read_file(setting / ("by_text/" + std::string(file))) ==
          read_file(setting / ("by_corpus/" + std::string(file))));
  }
}

TEST_CASE("a run keeps what it took of a prepared text that goes", "[prepare]") {
  const Setting setting;
  REQUIRE(setting.prepare().code == 0);
  const std::string prepared = "data.prepared=" + setting / "prepared";
  REQUIRE(setting.pretrain("run", {"--set", prepared}).code == 0);
  fs::remove_all(setting / "prepared");
  fs::remove(setting.corpus());
  const VerbRun more =
      run_verb({"pretrain", "--out", setting / "run", "--resume", "--steps", "6", "--json"});
  CHECK(more.code == 0);
  CHECK(more.objects().front().at("steps") == 6);
  CHECK_THAT(more.errors, Contains("40 documents"));
  CHECK_THAT(refusal([&] {
               return run_verb({"pretrain", "--out", setting / "run", "--resume", "--set",
                                "data.prepared=elsewhere"});
             }),
             Contains("data.prepared: ") && Contains("\"elsewhere\" now"));
}

TEST_CASE("prepare counts what is in its files", "[prepare][law]") {
  const Setting setting;
  const auto facts = setting.prepare({"--set", "data.held_out=0.25", "--json"}).objects().front();
  const PreparedText text{setting / "prepared"};
  const TokenCounts counts = TokenFile::open(text.tokens()).counts();
  CHECK(facts.at("documents") == 40);
  CHECK(facts.at("sentences") == 40 * 8);
  CHECK(facts.at("documents") == counts.documents);
  CHECK(facts.at("sentences") == counts.sentences);
  CHECK(facts.at("tokens") == counts.tokens);
  CHECK(facts.at("vocabulary") == Vocabulary::load(text.vocabulary()).size());
  CHECK(facts.at("bytes") == fs::file_size(setting.corpus()));
  Index words = 0;
  for (const char c : read_file(setting.corpus())) words += c == ' ';
  CHECK(facts.at("words") == words + 40 * 8);  // between blanks, a sentence a line
  CHECK(facts.at("pieces_per_word") ==
        Approx(static_cast<double>(counts.tokens) / facts.at("words").get<double>()));
  CHECK(facts.at("held_out").at("documents") == 10);
  CHECK(facts.at("training").at("documents") == 30);
  CHECK(facts.at("held_out").at("tokens").get<Index>() +
            facts.at("training").at("tokens").get<Index>() ==
        counts.tokens);
  CHECK(setting.count() == 2);
}

TEST_CASE("what of a corpus was left out is counted", "[prepare]") {
  const Setting setting;
  std::string text = read_file(setting.corpus()) + "a zebra \xff saw he .\n";
  write_file(setting.corpus(), text);
  write_file(setting / "vocab.txt", [] {
    std::string tokens = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n.\n";
    for (const char letter : std::string("abcdefghijklmnopqrstuvwxy"))  // no z
      tokens += std::string(1, letter) + "\n##" + letter + "\n";
    return tokens;
  }());
  const VerbRun run = run_verb({"prepare", "--corpus", setting.corpus(), "--out",
                                setting / "prepared", "--vocab", setting / "vocab.txt"});
  CHECK_THAT(run.said, Contains("\nunknown\t1\n") && Contains("\ninvalid_bytes\t1\n") &&
                           Contains("\nvocabulary\t56\n") && Contains("\nheld_out documents\t2\n"));
  CHECK_THAT(run.errors, Contains("corpus: ") && Contains("corpus.txt:"));
}

TEST_CASE("a run reads text as its prepared text was read", "[prepare]") {
  const Setting setting;
  CHECK(setting.prepare({"--set", "vocabulary.lower_case=false", "--set", "vocabulary.compat=hf"})
            .code == 0);
  CHECK(setting.pretrain("run", {"--set", "data.prepared=" + setting / "prepared"}).code == 0);
  const auto config = config_from_file<PretrainConfig>(setting / "run/config.resolved.json");
  CHECK_FALSE(config.vocabulary.lower_case);
  CHECK(config.vocabulary.compat == Compat::hf);
  CHECK_FALSE(load_tokenizer(setting / "run/discriminator").options.lower_case);
}

TEST_CASE("what is no prepared text is refused by name before a run begins", "[prepare]") {
  const Setting setting;
  REQUIRE(setting.prepare().code == 0);
  const std::string prepared = "data.prepared=" + setting / "prepared";
  const auto refused = [&](const std::vector<std::string>& more) {
    const std::string message = refusal([&] { return setting.pretrain("run", more); });
    CHECK_FALSE(fs::exists(setting / "run/config.resolved.json"));
    return message;
  };
  CHECK_THAT(refused({"--set", "data.prepared=" + setting / "none"}),
             Contains("none/corpus.etok: expected what electra prepare makes, found no such file"));
  CHECK_THAT(
      refused({"--set", prepared, "--corpus", setting.corpus()}),
      Contains("data.corpus: expected none beside data.prepared = ") && Contains("corpus.txt"));
  CHECK_THAT(
      refused({"--set", prepared, "--set", "vocabulary.file=mine.txt"}),
      Contains("vocabulary.file: expected none beside data.prepared") && Contains("mine.txt"));
  CHECK_THAT(refused({}), Contains("--corpus: expected a file or a folder"));
  auto tokens = Vocabulary::load(setting / "prepared/vocab.txt").tokens();
  std::swap(tokens.back(), tokens[tokens.size() - 2]);
  Vocabulary::from_tokens(tokens).save(setting / "prepared/vocab.txt");
  CHECK_THAT(refused({"--set", prepared}), Contains("corpus.etok") && Contains("vocabulary"));
}

TEST_CASE("prepare leaves nothing of what it could not finish", "[prepare]") {
  const Setting setting;
  const auto refused = [&](const std::vector<std::string>& more) {
    return refusal([&] { return setting.prepare(more); });
  };
  CHECK_THAT(refused({"--set", "data.held_out=2"}), Contains("data.held_out"));
  CHECK_THAT(refused({"--vocab", setting / "none.txt"}), Contains("none.txt"));
  CHECK_THAT(refused({"--set", "data.prepared=x"}), Contains("data.corpus: expected none"));
  CHECK_THAT(refusal([&] {
               return run_verb({"prepare", "--corpus", setting / "none", "--out", setting / "a"});
             }),
             Contains((setting / "none")));
  for (const auto& [signal, code] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
    const ReceivedSignal received(signal);
    const VerbRun run = setting.prepare();
    CHECK(run.code == code);
    CHECK(run.said.empty());
  }
  CHECK(setting.count() == 1);
  fs::create_directory(setting / "prepared");
  write_file(setting / "prepared/mine", "mine");
  CHECK_THAT(refused({}), Contains("prepared: expected a folder that is not there yet"));
}
