#include "electra/data/added_tokens.h"

#include <catch2/catch.hpp>

#include "electra/data/unicode.h"
#include "electra/data/wordpiece.h"

using namespace electra;

namespace {

using Strings = std::vector<std::string>;

Vocabulary small_vocabulary() {
  Strings tokens{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[", "]", "mask", "new", "york"};
  for (char letter = 'a'; letter <= 'z'; ++letter) {
    tokens.emplace_back(1, letter);
    tokens.push_back(std::string("##") + letter);
  }
  return Vocabulary::from_tokens(tokens);
}

constexpr WordpieceOptions hf{.compat = Compat::hf};
constexpr std::int32_t mask = 4, added_id = 100;

AddedToken token(std::string content) {
  return {.content = std::move(content), .id = added_id, .normalized = false};
}

std::vector<Token> tokens_of(std::string_view text, std::vector<AddedToken> added) {
  const Vocabulary vocabulary = small_vocabulary();
  return Wordpiece(vocabulary, hf, {std::move(added), hf}).tokenize(text);
}

/// The parts of the text that became an added token.
Strings found(std::string_view text, std::vector<AddedToken> added) {
  Strings parts;
  for (const Token& found : tokens_of(text, std::move(added)))
    if (found.id >= added_id) parts.emplace_back(slice_characters(text, found.begin, found.end));
  return parts;
}

}  // namespace

TEST_CASE("an added token is found inside words and keeps its neighbours apart", "[added_tokens]") {
  AddedToken own = token("[MASK]");
  own.id = mask;
  const auto tokens = tokens_of("ab[MASK]c [mask]", {own});
  REQUIRE(tokens.size() == 7);
  CHECK(tokens[2] == Token{mask, 2, 8});
  CHECK(tokens[3] == Token{small_vocabulary().find("c").value(), 8, 9});
  CHECK(tokens[4] == Token{small_vocabulary().find("[").value(), 10, 11});
}

TEST_CASE("without added tokens a name is text, and so it is with a plain one", "[added_tokens]") {
  const Vocabulary vocabulary = small_vocabulary();
  CHECK(Wordpiece(vocabulary, hf).encode("[MASK]").size() == 3);
  AddedToken plain = token("[MASK]");
  plain.plain = true;
  CHECK(found("a [MASK]", {plain}).empty());
}

TEST_CASE("of added tokens the longest is taken, from left to right", "[added_tokens]") {
  const std::vector<AddedToken> added{token("ab"), token("abc"), token("bcd")};
  CHECK(found("abcd", added) == Strings{"abc"});
  CHECK(found("xabd bcd", added) == Strings{"ab", "bcd"});
}

TEST_CASE("a token that is a single word is not found beside letters", "[added_tokens]") {
  AddedToken word = token("foo");
  word.single_word = true;
  CHECK(found("foo foo, foox \u00e9foo foo_ (foo) \u4e2dfoo", {word}) ==
        Strings{"foo", "foo", "foo"});
  // What was looked at and discarded is not looked at again for something shorter.
  CHECK(found("foox", {word, token("fo")}).empty());
}

TEST_CASE("a token takes the white space that it strips", "[added_tokens]") {
  AddedToken left = token("<l>"), right = token("<r>");
  left.lstrip = true;
  right.rstrip = true;
  CHECK(found("a \u3000<l> b", {left}) == Strings{" \u3000<l>"});
  CHECK(found("a <r>\t\x0b b", {right}) == Strings{"<r>\t\x0b "});
  CHECK(found("<r> <l>", {left, right}) == Strings{"<r> ", "<l>"});
  // What one has taken, the next cannot take again.
  CHECK(tokens_of("<r> <l>x", {left, right}).back().begin == 7);
}

TEST_CASE("a normalised token is found in the normalised text, with its place in the original",
          "[added_tokens]") {
  AddedToken city = token("New York");
  city.normalized = true;
  const auto tokens = tokens_of("x N\u00e9w\tYORK[MASK]", {city});
  REQUIRE(tokens.size() == 5);
  CHECK(tokens[0] == Token{small_vocabulary().find("x").value(), 0, 1});
  CHECK(tokens[1] == Token{added_id, 2, 10});
  CHECK(tokens[2] == Token{small_vocabulary().find("[").value(), 10, 11});
  CHECK(tokens[4].end == 16);
  // Those that are not normalised come first.
  AddedToken raw = token("York");
  raw.id = added_id + 1;
  CHECK(tokens_of("New York", {city, raw}).back().id == added_id + 1);
  // A token of which nothing is left is never found.
  AddedToken accent = token("\u0301");
  accent.normalized = true;
  CHECK(found("a\u0301b", {accent}).empty());
}

TEST_CASE("text between added tokens is read as it is without them", "[added_tokens][law]") {
  const Vocabulary vocabulary = small_vocabulary();
  AddedToken never = token("<never>");
  const std::string text = "New\u00e9 \u03a3\u4e2d a\u0323\u0301\u200d, yo\u0130rk \u061d";
  const auto plain = Wordpiece(vocabulary, hf).tokenize(text);
  CHECK(tokens_of(text, {never}) == plain);
  never.normalized = true;
  CHECK(tokens_of(text, {never}) == plain);
}

TEST_CASE("an added token has its name", "[added_tokens]") {
  const Vocabulary vocabulary = small_vocabulary();
  const Wordpiece wordpiece(vocabulary, hf, {{token("covid")}, hf});
  CHECK(wordpiece.token(added_id) == "covid");
  CHECK(wordpiece.token(mask) == "[MASK]");
  CHECK_THROWS(wordpiece.token(99));
}
