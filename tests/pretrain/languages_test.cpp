// Texts in languages that English defaults are said to lose (tests/data/README.md): 200 steps of
// the preset tiny on each.

#include <catch2/catch.hpp>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "electra/data/word_reader.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/pretrain/prepared_data.h"
#include "electra/pretrain/presets.h"
#include "electra/pretrain/pretraining.h"
#include "support/temporary_folder.h"

using namespace electra;
using electra::test::TemporaryFolder;

namespace {

std::filesystem::path text_in(const std::string& language) {
  return std::filesystem::path(ELECTRA_SOURCE_DIR) / "tests/data/languages" / (language + ".txt");
}

PretrainConfig tiny_on(const std::filesystem::path& text) {
  PretrainConfig config = with_steps(pretrain_preset("tiny"), 200);
  config.data.corpus = text.string();
  config.device = "cpu";
  config.threads = 1;
  config.train.batch = 8;
  config.evaluate.batches = 8;
  return config;
}

/// What the tokenizer makes of the whole text; the token file is thrown away.
UnknownTokens unknown_in(const PretrainConfig& config) {
  const TemporaryFolder folder;
  const PreparedData data(config, folder / "vocab.txt", folder / "data/corpus.etok",
                          [](const std::string&) {});
  return data.unknown();
}

/// How many words a character that the vocabulary lacks has stopped.
double missing(const UnknownTokens& unknown) {
  double words = 0;
  for (const auto& [code, count] : unknown.missing) words += static_cast<double>(count);
  return words;
}

/// The total loss of every evaluation and of every line of training, and what was said.
struct Course {
  std::vector<double> held_out;
  std::vector<double> training;
  std::string said;
};

Course train(const PretrainConfig& config, const std::filesystem::path& out) {
  Course course;
  PretrainingOptions options;
  options.config = config;
  options.out = out;
  RunCallbacks callbacks;
  callbacks.say = [&](const std::string& text) { course.said += text + "\n"; };
  callbacks.evaluated = [&](Index, const FigureValues& values) {
    course.held_out.push_back(values["loss"].value());
  };
  callbacks.progress = [&](const Progress& progress) {
    course.training.push_back(progress.values["loss"].value());
  };
  const RunResult result = pretrain(options, callbacks);
  CHECK(result.end == RunResult::End::finished);
  return course;
}

/// The text's spaces are taken away, and each four lines become one.
void write_without_spaces(const std::filesystem::path& text, const std::filesystem::path& to) {
  std::ofstream stream(to);
  std::ifstream lines(text);
  Index count = 0;
  for (std::string line; std::getline(lines, line);) {
    std::erase(line, ' ');
    if (line.empty()) count = 0;
    stream << line << (line.empty() ? "\n\n" : ++count % 4 == 0 ? "\n" : "");
  }
}

}  // namespace

TEST_CASE("a text in any language keeps its characters, and is learned from", "[languages][slow]") {
  const std::string language = GENERATE("zh", "ja", "ar", "hi", "th", "el", "tr");
  INFO(language);
  CHECK(std::filesystem::file_size(text_in(language)) >= 100'000);
  const TemporaryFolder folder;
  const PretrainConfig config = tiny_on(text_in(language));
  const UnknownTokens unknown = unknown_in(config);
  CHECK(unknown.share() < 0.001);
  CHECK(missing(unknown) <= 0.0005 * static_cast<double>(unknown.characters));
  if (language != "ja") CHECK(unknown.missing.empty());  // which has 1,413 in 2,048 entries
  CHECK(unknown.long_words == 0);
  const Course course = train(config, folder / "run");
  REQUIRE(course.training.size() > 4);
  CHECK(course.training.back() < 0.9 * course.training.front());
  CHECK(course.held_out.back() < 0.9 * course.held_out.front());
}

TEST_CASE("a text without spaces is cut, learned from, and served as it was trained",
          "[languages][slow]") {
  const TemporaryFolder folder;
  write_without_spaces(text_in("th"), folder / "th.txt");
  PretrainConfig config = tiny_on(folder / "th.txt");
  CHECK(unknown_in(config).long_words > 10);
  config.vocabulary.cut_long_words = true;
  const UnknownTokens unknown = unknown_in(config);
  CHECK(unknown.share() < 0.01);
  CHECK(unknown.long_words == 0);
  const Course course = train(config, folder / "run");
  CHECK(course.training.back() < 0.9 * course.training.front());
  CHECK_THAT(course.said,
             Catch::Matchers::Contains("run/discriminator: transformers makes one [UNK]"));
  const StoredTokenizer stored = load_tokenizer(folder / "run/discriminator");
  CHECK(stored.options.cut_long_words);
  const Wordpiece wordpiece(stored.vocabulary, stored.options);
  std::ifstream lines(folder / "th.txt");
  UnknownTokens served;
  for (std::string line; std::getline(lines, line);) (void)wordpiece.encode(line, served);
  CHECK(served == unknown);
}

TEST_CASE("vowel signs are accents to a tokenizer that strips them, and are kept if told",
          "[languages]") {
  const auto word = [](const std::string& text, std::optional<bool> strip_accents) {
    WordReader reader(text, {.strip_accents = strip_accents});
    return std::string(reader.next().value().text);
  };
  // Hindi "hindi": the vowel sign i stays (Mc), the nukta and the virama go (Mn).
  const std::string hindi = "\u0939\u093f\u0928\u094d\u0926\u0940";
  CHECK(word(hindi, std::nullopt) == "\u0939\u093f\u0928\u0926\u0940");
  CHECK(word(hindi, false) == hindi);
  // Thai "thi" (at): the vowel sign ii and the tone mark go.
  const std::string thai = "\u0e17\u0e35\u0e48";
  CHECK(word(thai, std::nullopt) == "\u0e17");
  CHECK(word(thai, false) == thai);
  // Korean syllables come apart into letters, of which none is lost; Japanese ga becomes ka.
  CHECK(word("\ud55c", std::nullopt) == "\u1112\u1161\u11ab");
  CHECK(word("\ud55c", false) == "\ud55c");
  CHECK(word("\u304c", std::nullopt) == "\u304b");
  CHECK(word("\u304c", false) == "\u304c");
}
