#include "apps/run_verb.h"
#include "electra/core/error.h"
#include "electra/data/vocabulary_trainer.h"
#include "electra/data/wordpiece.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

const std::vector<std::string> sentences{"The ships sailed to the sea and the ships came back.",
                                         "A ship is a ship, and the sea is the sea.",
                                         "Caf\xc3\xa9s by the sea; \xff ships on the sea."};
const std::vector<std::string> others{"zebras graze, zebras graze, zebras graze",
                                      "the zebras graze"};

/// A corpus in a folder of its own.
class Setting {
 public:
  explicit Setting(const std::vector<std::string>& lines = sentences) {
    write_file(folder_ / "corpus.txt", lines_of(lines));
  }
  [[nodiscard]] std::string operator/(const std::string& name) const { return folder_ / name; }
  [[nodiscard]] std::size_t count() const { return folder_.count(); }

  [[nodiscard]] VerbRun run(const std::string& size, const std::string& out,
                            const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words{"vocab", "--corpus", *this / "corpus.txt", "--size",
                                   size,    "--out",    *this / out};
    words.insert(words.end(), more.begin(), more.end());
    return run_verb(words);
  }

 private:
  TemporaryFolder folder_;
};

UnknownTokens pieces_of(const Vocabulary& vocabulary, const std::vector<std::string>& lines) {
  UnknownTokens found;
  const Wordpiece wordpiece(vocabulary);
  for (const std::string& line : lines) (void)wordpiece.encode(line, found);
  return found;
}

}  // namespace

TEST_CASE("vocab makes the vocabulary that the trainer learns, by any number of threads",
          "[vocab][law]") {
  const Setting setting;
  VocabularyTrainer trainer({.size = 60});
  for (const std::string& line : sentences) trainer.add(line);
  trainer.train().vocabulary.save(setting / "expected.txt");
  CHECK(setting.run("60", "one.txt", {"--threads", "1"}).code == 0);
  CHECK(setting.run("60", "three.txt", {"--threads", "3"}).code == 0);
  CHECK(read_file(setting / "one.txt") == read_file(setting / "expected.txt"));
  CHECK(read_file(setting / "three.txt") == read_file(setting / "expected.txt"));
}

TEST_CASE("vocab counts what its vocabulary makes of the corpus", "[vocab][law]") {
  const Setting setting;
  const VerbRun run = setting.run("60", "vocab.txt", {"--json", "--threads", "2"});
  REQUIRE(run.lines().size() == 1);
  const auto object = run.objects().front();
  const UnknownTokens expected = pieces_of(Vocabulary::load(setting / "vocab.txt"), sentences);
  CHECK(object.at("out") == setting / "vocab.txt");
  CHECK(object.at("size") == Vocabulary::load(setting / "vocab.txt").size());
  CHECK(object.at("words") == expected.words);
  CHECK(object.at("tokens") == expected.tokens);
  CHECK(object.at("unknown") == expected.unknown);
  CHECK(object.at("unknown_share") == expected.share());
  CHECK(object.at("pieces_per_word") ==
        static_cast<double>(expected.tokens) / static_cast<double>(expected.words));
  CHECK_FALSE(object.contains("before"));
}

TEST_CASE("an extended vocabulary keeps the old ids and knows the corpus better", "[vocab][law]") {
  const Setting setting(others);
  VocabularyTrainer trainer({.size = 40});
  for (const std::string& line : sentences) trainer.add(line);
  const Vocabulary old = trainer.train().vocabulary;
  old.save(setting / "old.txt");
  const std::string size = std::to_string(old.size() + 12);
  const auto object =
      setting.run(size, "new.txt", {"--extend", setting / "old.txt", "--json"}).objects().front();
  const Vocabulary made = Vocabulary::load(setting / "new.txt");
  REQUIRE(made.size() == old.size() + 12);
  for (std::int32_t id = 0; id < made.size(); ++id) {
    CHECK(made.find(made.token(id)) == id);
    if (id < old.size()) CHECK(made.token(id) == old.token(id));
  }
  CHECK(object.at("before").at("size") == old.size());
  CHECK(object.at("before").at("unknown") == pieces_of(old, others).unknown);
  CHECK(object.at("before").at("unknown").get<Index>() > 0);
  CHECK(object.at("unknown") == 0);
}

TEST_CASE("a vocabulary is extended only where there is room", "[vocab]") {
  const Setting setting;
  CHECK(setting.run("40", "old.txt").code == 0);
  CHECK_THAT(message_of<ConfigError>([&] {
               (void)setting.run("40", "new.txt", {"--extend", setting / "old.txt"});
             }),
             Contains("--size: expected more than the 40 tokens of") && Contains("found 40"));
  CHECK(setting.count() == 2);
}

TEST_CASE("vocab overwrites no file", "[vocab][law]") {
  const Setting setting;
  write_file(setting / "vocab.txt", "mine");
  CHECK_THAT(message_of<ConfigError>([&] { (void)setting.run("60", "vocab.txt"); }),
             Contains("vocab.txt: there is a file already"));
  CHECK(read_file(setting / "vocab.txt") == "mine");
}

TEST_CASE("nothing is left of a vocabulary that cannot be made", "[vocab]") {
  const Setting setting;
  CHECK_THAT(message_of<ConfigError>([&] { (void)setting.run("10", "a.txt"); }),
             Contains("vocabulary.size: expected at least"));
  CHECK_THAT(message_of<ConfigError>([&] { (void)setting.run("5", "a.txt"); }),
             Contains("--size: expected 6 or more, found 5"));
  CHECK_THAT(message_of<ConfigError>([&] {
               (void)setting.run("60", "a.txt", {"--set", "data.encoding=klingon"});
             }),
             Contains("data.encoding") && Contains("klingon"));
  CHECK_THAT(
      message_of<IoError>([&] {
        (void)run_verb({"vocab", "--corpus", setting / "nowhere", "--out", setting / "a.txt"});
      }),
      Contains("nowhere"));
  CHECK(setting.count() == 1);
}

TEST_CASE("how the corpus is read may be set", "[vocab]") {
  const Setting setting;
  CHECK(setting.run("10", "grown.txt", {"--set", "vocabulary.grow=true"}).code == 0);
  CHECK(Vocabulary::load(setting / "grown.txt").size() > 10);
  CHECK(setting.run("80", "cased.txt", {"--set", "vocabulary.lower_case=false"}).code == 0);
  CHECK(Vocabulary::load(setting / "cased.txt").find("T").has_value());
  CHECK(setting.run("60", "deep/er/vocab.txt").code == 0);
}

TEST_CASE("in plain output a vocabulary is a line, an old one before the new one", "[vocab]") {
  const Setting setting;
  CHECK_THAT(setting.run("40", "old.txt").said,
             Catch::Matches(".*/old.txt\t40\t[0-9.]+\t[0-9.]+\n"));
  const auto lines = setting.run("42", "new.txt", {"--extend", setting / "old.txt"}).lines();
  REQUIRE(lines.size() == 2);
  CHECK_THAT(lines[0], Contains("/old.txt\t40\t"));
  CHECK_THAT(lines[1], Contains("/new.txt\t42\t"));
}
