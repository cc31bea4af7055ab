#include "electra/data/vocabulary_trainer.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/data/wordpiece.h"
#include "support/temporary_folder.h"

using electra::Compat;
using electra::Index;
using electra::Vocabulary;
using electra::VocabularyTrainer;
using electra::VocabularyTrainerOptions;

namespace {

Vocabulary train(const std::vector<std::string>& lines, const VocabularyTrainerOptions& options) {
  VocabularyTrainer trainer(options);
  for (const std::string& line : lines) trainer.add(line);
  return trainer.train().vocabulary;
}

std::vector<std::string> tokens_of(const Vocabulary& vocabulary) {
  std::vector<std::string> tokens;
  for (std::int32_t id = 0; id < vocabulary.size(); ++id) tokens.push_back(vocabulary.token(id));
  return tokens;
}

std::vector<std::string> after_specials(const Vocabulary& vocabulary) {
  const std::vector<std::string> tokens = tokens_of(vocabulary);
  return {tokens.begin() + 5, tokens.end()};
}

/// Words over a few letters with a skewed distribution, so that many pairs are equally frequent.
std::vector<std::string> random_lines(std::uint32_t seed, int count) {
  std::vector<std::string> lines;
  std::uint32_t state = seed;
  const auto below = [&](std::uint32_t n) {
    state = state * 1664525U + 1013904223U;
    return (state >> 8U) % n;
  };
  for (int i = 0; i < count; ++i) {
    std::string line;
    for (std::uint32_t word = 0; word < 6; ++word) {
      for (std::uint32_t length = 1 + below(6); length > 0; --length)
        line += static_cast<char>('a' + std::min(below(6), below(6)));
      line += ' ';
    }
    lines.push_back(line);
  }
  return lines;
}

/// The definition itself: every pair is counted anew before each merge.
std::vector<std::string> merges_by_definition(const std::vector<std::string>& lines, Index size) {
  std::map<std::string, std::int64_t> words;
  for (const std::string& line : lines)
    for (std::size_t begin = 0; begin < line.size();) {
      const std::size_t end = line.find(' ', begin);
      ++words[line.substr(begin, end - begin)];
      begin = end + 1;
    }
  std::vector<std::pair<std::vector<std::string>, std::int64_t>> spelled;
  std::set<std::string> known;
  for (const auto& [word, count] : words) {
    std::vector<std::string> symbols;
    for (const char letter : word)
      symbols.push_back((symbols.empty() ? "" : "##") + std::string(1, letter));
    known.insert(symbols.begin(), symbols.end());
    spelled.emplace_back(symbols, count);
  }
  std::vector<std::string> merged;
  while (static_cast<Index>(known.size()) + 5 < size) {
    std::map<std::pair<std::string, std::string>, std::int64_t> pairs;
    for (const auto& [symbols, count] : spelled)
      for (std::size_t i = 0; i + 1 < symbols.size(); ++i)
        pairs[{symbols[i], symbols[i + 1]}] += count;
    const auto best =
        std::max_element(pairs.begin(), pairs.end(),
                         [](const auto& a, const auto& b) { return a.second < b.second; });
    if (best == pairs.end() || best->second < 2) break;
    const auto [left, right] = best->first;
    const std::string token = left + right.substr(2);
    for (auto& [symbols, count] : spelled)
      for (std::size_t i = 0; i + 1 < symbols.size(); ++i)
        if (symbols[i] == left && symbols[i + 1] == right) {
          symbols[i] = token;
          symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(i) + 1);
        }
    if (known.insert(token).second) merged.push_back(token);
  }
  return merged;
}

}  // namespace

TEST_CASE("the most frequent pair is merged first", "[vocabulary_trainer]") {
  // The pairs e-s and s-t occur 9 times each, and "##e" comes before "##s"; then es-t 9; l-o and
  // o-w 7 each, "##o" before "l", and l-ow 7; n-e, e-w and w-est 6 each, "##e" first.
  std::vector<std::string> lines(5, "low");
  lines.insert(lines.end(), 2, "lower");
  lines.insert(lines.end(), 6, "newest");
  lines.insert(lines.end(), 3, "widest");
  const std::vector<std::string> expected = {"l",     "n",    "w",   "##d",  "##e",     "##i",
                                             "##o",   "##r",  "##s", "##t",  "##w",     "##es",
                                             "##est", "##ow", "low", "##ew", "##ewest", "newest"};
  CHECK(after_specials(train(lines, {.size = 5 + 18})) == expected);
}

TEST_CASE("special tokens come first", "[vocabulary_trainer]") {
  const Vocabulary vocabulary = train({"a b"}, {});
  CHECK(vocabulary.pad() == 0);
  CHECK(vocabulary.unknown() == 1);
  CHECK(vocabulary.cls() == 2);
  CHECK(vocabulary.sep() == 3);
  CHECK(vocabulary.mask() == 4);
}

TEST_CASE("incremental counts merge what counting anew merges", "[vocabulary_trainer][law]") {
  for (const std::uint32_t seed : {1U, 2U, 3U}) {
    const auto lines = random_lines(seed, 60);
    const auto expected = merges_by_definition(lines, 120);
    REQUIRE(expected.size() > 50);
    auto found = after_specials(train(lines, {.size = 120}));
    REQUIRE(found.size() >= expected.size());
    found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(expected.size()));
    CHECK(found == expected);
  }
}

TEST_CASE("threads and the order of lines do not change a vocabulary",
          "[vocabulary_trainer][law][thread]") {
  auto lines = random_lines(7, 3000);
  const auto expected = tokens_of(train(lines, {.size = 500}));
  CHECK(expected.size() == 500);
  std::reverse(lines.begin(), lines.end());
  CHECK(tokens_of(train(lines, {.size = 500})) == expected);
  const electra::test::TemporaryFolder folder;
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  constexpr int copies = 40;  // more than one thread takes at once
  for (int i = 0; i < copies; ++i) electra::write_file(folder / (std::to_string(i) + ".txt"), text);
  REQUIRE(text.size() * copies > std::size_t{3} << 20U);
  for (const int threads : {1, 2, 3, 8}) {
    VocabularyTrainer trainer({.size = 500, .threads = threads});
    electra::CorpusReader corpus(folder.path());
    trainer.add(corpus);
    CHECK(tokens_of(trainer.train().vocabulary) == expected);
  }
}

TEST_CASE("training does not use up what was added", "[vocabulary_trainer]") {
  VocabularyTrainer trainer({.size = 100});
  trainer.add("one two two");
  const auto trained = [&] { return trainer.train().vocabulary; };
  CHECK(tokens_of(trained()) == tokens_of(trained()));
  trainer.add("three three");
  CHECK(trained().find("three").has_value());
  CHECK(trained().find("two").has_value());
}

TEST_CASE("pairs below the minimum frequency are not merged", "[vocabulary_trainer]") {
  const std::vector<std::string> lines = {"abc abc xyz"};
  const Vocabulary twice = train(lines, {.size = 1000});
  CHECK(twice.find("abc").has_value());
  CHECK_FALSE(twice.find("xyz").has_value());
  CHECK(twice.find("##z").has_value());
  const Vocabulary once = train(lines, {.size = 1000, .minimum_frequency = 1});
  CHECK(once.find("xyz").has_value());
}

TEST_CASE("a limit of the alphabet keeps the most frequent characters", "[vocabulary_trainer]") {
  const Vocabulary vocabulary =
      train({"aaa bb bb c", "aaaz aaaz"}, {.size = 1000, .limit_alphabet = 2});
  CHECK(vocabulary.find("a").has_value());
  CHECK(vocabulary.find("##b").has_value());
  CHECK_FALSE(vocabulary.find("c").has_value());
  CHECK_FALSE(vocabulary.find("##z").has_value());
  // With z unknown, the two words with it count nothing.
  CHECK_FALSE(vocabulary.find("aaa").has_value());
}

TEST_CASE("a text of which every word is too long is refused, with the option that cuts them",
          "[vocabulary_trainer]") {
  using Catch::Matchers::Contains;
  const std::vector<std::string> lines(40, std::string(201, 'a'));
  CHECK_THAT(
      electra::test::message_of<electra::ConfigError>([&] { (void)train(lines, {.size = 200}); }),
      Contains("40 of 40 words (100 % of the characters) are longer than 200 characters and become "
               "[UNK]") &&
          Contains("vocabulary.cut_long_words=true"));
  const Vocabulary cut =
      train(lines, {.size = 200, .threads = 2, .text = {.cut_long_words = true}});
  CHECK(cut.find("a").has_value());
  CHECK(cut.find(std::string(100, 'a')).has_value());
}

TEST_CASE("a vocabulary is never larger than was asked", "[vocabulary_trainer][law]") {
  const auto lines = random_lines(5, 50);
  for (const Index size : {6, 7, 8, 11, 16, 17, 18, 40})
    CHECK(train(lines, {.size = size, .character_coverage = 0}).size() <= size);
  CHECK(train(lines, {.size = 40}).size() == 40);
}

TEST_CASE("a trained vocabulary cuts every word that it was trained on", "[vocabulary_trainer]") {
  auto lines = random_lines(11, 100);
  lines.push_back("Caf\u00e9 \u4e2d\u6587, na\u00efve; \u201cquoted\u201d \ud55c\uad6d");
  for (const Compat compat : {Compat::google, Compat::hf}) {
    const electra::WordpieceOptions text{.compat = compat};
    const Vocabulary vocabulary = train(lines, {.size = 200, .text = text});
    const electra::Wordpiece wordpiece(vocabulary, text);
    for (const std::string& line : lines)
      for (const std::int32_t id : wordpiece.encode(line)) CHECK(id != vocabulary.unknown());
  }
}

TEST_CASE("an empty corpus gives the special tokens alone", "[vocabulary_trainer]") {
  CHECK(train({}, {}).size() == 5);
  CHECK(train({"", "  ", "\x01\xff"}, {.threads = 4}).size() == 5);
}

TEST_CASE("impossible options of the trainer are refused by name", "[vocabulary_trainer]") {
  using Catch::Matchers::Contains;
  const auto message = [](const VocabularyTrainerOptions& options) {
    return electra::test::message_of<electra::ConfigError>(
        [&] { (void)VocabularyTrainer(options); });
  };
  CHECK_THAT(message({.size = 5}), Contains("size") && Contains("6"));
  CHECK_THAT(message({.minimum_frequency = 0}), Contains("minimum_frequency"));
  CHECK_THAT(message({.character_coverage = 1.5}), Contains("character_coverage"));
  CHECK_THAT(message({.limit_alphabet = -1}), Contains("limit_alphabet"));
  CHECK_THAT(message({.threads = 0}), Contains("threads"));
}
