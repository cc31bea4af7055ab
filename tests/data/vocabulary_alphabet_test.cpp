#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "electra/core/error.h"
#include "electra/data/unicode.h"
#include "electra/data/vocabulary_trainer.h"
#include "support/temporary_folder.h"

using electra::Index;
using electra::Vocabulary;
using electra::VocabularyTrainer;
using electra::VocabularyTrainerOptions;

namespace {

electra::TrainedVocabulary train_and_tell(const std::vector<std::string>& lines,
                                          const VocabularyTrainerOptions& options) {
  VocabularyTrainer trainer(options);
  for (const std::string& line : lines) trainer.add(line);
  return trainer.train();
}

Vocabulary train(const std::vector<std::string>& lines, const VocabularyTrainerOptions& options) {
  return train_and_tell(lines, options).vocabulary;
}

/// So many different Chinese characters, each so many times.
std::vector<std::string> ideographs(int count, int times) {
  std::vector<std::string> lines;
  for (int i = 0; i < count * times; ++i) {
    std::string line;
    electra::append_utf8(line, static_cast<char32_t>(0x4e00 + i % count));
    lines.push_back(line);
  }
  return lines;
}

}  // namespace

TEST_CASE("the alphabet covers the text, whatever it takes of the vocabulary",
          "[vocabulary_trainer]") {
  const std::vector<std::string> lines = ideographs(2000, 3);
  const auto trained = train_and_tell(lines, {.size = 2005});
  CHECK(trained.vocabulary.size() == 2005);
  CHECK(trained.alphabet_entries == 1999);  // 99.95 %
  CHECK(trained.characters == 2000);
  CHECK(trained.characters_kept == 2000);
  CHECK(describe(trained).empty());
  CHECK(train(lines, {.size = 2004}).size() == 2004);
}

TEST_CASE("a size that the alphabet does not fit into is refused with the least that works",
          "[vocabulary_trainer]") {
  using Catch::Matchers::Contains;
  const std::vector<std::string> lines = ideographs(2000, 3);
  CHECK_THAT(
      electra::test::message_of<electra::ConfigError>([&] { (void)train(lines, {.size = 2003}); }),
      Contains(
          "vocabulary.size: expected at least 2004, the text's alphabet and the five "
          "special tokens, found 2003; or set vocabulary.grow=true, vocabulary.limit_alphabet"));
  CHECK(train(lines, {.size = 300, .limit_alphabet = 295}).size() == 300);
  CHECK(train(lines, {.size = 1005, .character_coverage = 0.5}).size() == 1005);
}

TEST_CASE("a size that may grow makes room for the alphabet and 2,000 merges",
          "[vocabulary_trainer]") {
  using Catch::Matchers::Contains;
  const auto trained = train_and_tell(ideographs(2000, 3), {.size = 1000, .grow = true});
  CHECK(trained.size_wanted == 1000);
  CHECK(trained.size_allowed == 3999);
  CHECK(trained.vocabulary.size() == 2005);  // ideographs make no pairs; all have room
  REQUIRE(describe(trained).size() == 1);
  CHECK_THAT(describe(trained)[0],
             Contains("vocabulary.size: grown from 1000 to 3999: the text's alphabet takes 1999"));
  CHECK(train_and_tell(ideographs(500, 3), {.size = 1000, .grow = true}).size_allowed == 1000);
}

TEST_CASE("rarer characters take at most half of the vocabulary, and what merges leave",
          "[vocabulary_trainer]") {
  std::vector<std::string> lines(40000, "ab cd");  // 0.05 % of their characters are 80
  for (const std::string& rare : ideographs(20, 1)) lines.push_back(rare);
  const auto kept = [&](Index size) { return train_and_tell(lines, {.size = size}); };
  // Room for four entries of a to d, for "ab" and "cd", and for all of the rare ones.
  CHECK(kept(31).characters_kept == 24);
  // Half of it is for 10 characters; after the merges 3 more have room.
  const auto trained = kept(20);
  CHECK(trained.characters_kept == 4 + 9);
  CHECK(trained.vocabulary.size() == 20);
  CHECK(trained.vocabulary.find("ab").has_value());
  REQUIRE(describe(trained).size() == 1);
  CHECK(describe(trained)[0] ==
        "the vocabulary has the most frequent 13 of the text's 24 characters");
  // Where pairs need the room, the half is a bound.
  lines.push_back("aaaaaaaabbbbbbbbccccccccdddddddd aaaaaaaabbbbbbbbccccccccdddddddd");
  CHECK(kept(20).characters_kept == 4 + 4);
}

TEST_CASE("coverage reaches from no character to all", "[vocabulary_trainer]") {
  const std::vector<std::string> lines = ideographs(100, 3);
  CHECK(train_and_tell(lines, {.size = 50, .character_coverage = 0}).characters_kept == 45);
  CHECK(train_and_tell(lines, {.size = 105, .character_coverage = 1}).characters_kept == 100);
  CHECK_THROWS_AS(train(lines, {.size = 104, .character_coverage = 1}), electra::ConfigError);
}
