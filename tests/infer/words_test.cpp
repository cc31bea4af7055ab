#include "infer/words.h"

#include <catch2/catch.hpp>

#include "infer/saved_detector.h"

using namespace electra;
using namespace electra::test;

TEST_CASE("a word is begun by each token that goes on with none", "[words]") {
  const Vocabulary vocabulary = some_vocabulary();
  const Wordpiece tokenizer(vocabulary);
  const WordTokens found = words_of(std::string_view(" Unknown caf\xc3\xa9\xff."), tokenizer);
  REQUIRE(found.words == std::vector<TextSpan>{{1, 8}, {9, 13}, {14, 15}});
  REQUIRE(found.tokens.size() == 5);
  REQUIRE(found.firsts.size() == 3);
  CHECK(found.firsts[1].token == 2);
  CHECK(found.firsts[2].token == 4);
  CHECK(found.firsts[2].word == 2);
  CHECK(words_of(std::string_view(), tokenizer).words.empty());
}

TEST_CASE("words that are given keep their number, also those without a token", "[words]") {
  const Vocabulary vocabulary = some_vocabulary();
  const Wordpiece tokenizer(vocabulary);
  const std::vector<std::string> words{"un known", "\xff", "", "ship"};
  const WordTokens found = words_of(words, tokenizer);
  CHECK(found.text == "un known \xff  ship");
  REQUIRE(found.words == std::vector<TextSpan>{{0, 8}, {9, 10}, {11, 11}, {12, 16}});
  REQUIRE(found.firsts.size() == 2);
  CHECK(found.firsts[1].word == 3);
  CHECK(found.tokens[static_cast<std::size_t>(found.firsts[1].token)] == Token{6, 12, 16});
}
