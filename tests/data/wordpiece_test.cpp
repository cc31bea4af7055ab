#include "electra/data/wordpiece.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "electra/core/error.h"
#include "electra/data/unicode.h"
#include "support/shared.h"

using electra::Compat;
using electra::Index;
using electra::Token;
using electra::Vocabulary;
using electra::Wordpiece;
using electra::WordpieceOptions;

namespace {

using Strings = std::vector<std::string>;

Vocabulary small_vocabulary() {
  return Vocabulary::from_tokens({"[PAD]", "[UNK]",  "[CLS]", "[SEP]",  "[MASK]", "un",
                                  "##aff", "##able", "run",   "##ning", ",",      "cafe",
                                  "##s",   "i",      "[",     "]",      "mask",   "#",
                                  "##",    "w",      "##w",   "\u4e2d"});
}

Strings tokens(const Vocabulary& vocabulary, std::string_view text, WordpieceOptions options = {}) {
  Strings result;
  for (const auto id : Wordpiece(vocabulary, options).encode(text))
    result.push_back(vocabulary.token(id));
  return result;
}

struct Span {
  Index begin, end;
  bool operator==(const Span&) const = default;
};

std::vector<Span> spans(std::string_view text, WordpieceOptions options = {}) {
  const Vocabulary vocabulary = small_vocabulary();
  std::vector<Span> result;
  for (const Token& token : Wordpiece(vocabulary, options).tokenize(text))
    result.push_back({token.begin, token.end});
  return result;
}

bool equal(const std::vector<Span>& found, const std::vector<Span>& expected) {
  return found == expected;
}

}  // namespace

TEST_CASE("every golden line has the reference's ids in all four modes", "[wordpiece][golden]") {
  const auto golden = electra::test::golden_folder();
  const auto data = electra::test::shared_folder("ELECTRA_DATA", "data");
  if (golden.empty() || data.empty()) return;
  const Vocabulary vocabulary = Vocabulary::load(data / "vocab/bert-base-uncased-vocab.txt");
  struct Mode {
    const char* name;
    WordpieceOptions options;
  };
  const std::vector<Mode> modes = {{"google_uncased", {}},
                                   {"google_cased", {.lower_case = false}},
                                   {"hf_uncased", {.compat = Compat::hf}},
                                   {"hf_cased", {.compat = Compat::hf, .lower_case = false}}};
  Index lines = 0;
  for (const auto& file : std::filesystem::directory_iterator(golden / "tokenizer")) {
    if (file.path().extension() != ".jsonl") continue;
    std::ifstream stream(file.path());
    for (std::string line; std::getline(stream, line); ++lines) {
      const auto golden_case = nlohmann::json::parse(line);
      const auto text = golden_case.at("text").get<std::string>();
      for (const auto& [name, options] : modes) {
        INFO(file.path().filename() << " line " << lines + 1 << " " << name << ": " << text);
        CHECK(Wordpiece(vocabulary, options).encode(text) ==
              golden_case.at(name).get<std::vector<std::int32_t>>());
      }
    }
  }
  CHECK(lines > 0);
}

TEST_CASE("the longest pieces are taken from the left", "[wordpiece]") {
  const Vocabulary vocabulary = small_vocabulary();
  CHECK(tokens(vocabulary, "Unaffable running, un") ==
        Strings{"un", "##aff", "##able", "run", "##ning", ",", "un"});
  CHECK(tokens(vocabulary, "") == Strings{});
  CHECK(tokens(vocabulary, " \t\r\n ") == Strings{});
}

TEST_CASE("a word that cannot be cut to its end is one unknown token", "[wordpiece]") {
  const Vocabulary vocabulary = small_vocabulary();
  CHECK(tokens(vocabulary, "unaffabler able un") == Strings{"[UNK]", "[UNK]", "un"});
}

TEST_CASE("special tokens in a text are plain words", "[wordpiece]") {
  const Vocabulary vocabulary = small_vocabulary();
  CHECK(tokens(vocabulary, "[MASK]") == Strings{"[", "mask", "]"});
  CHECK(tokens(vocabulary, "##s") == Strings{"#", "#", "[UNK]"});
}

TEST_CASE("words with too many characters are unknown", "[wordpiece]") {
  const Vocabulary vocabulary = small_vocabulary();
  const auto count = [&](int length, Compat compat) {
    const std::string word(static_cast<std::size_t>(length), 'w');
    return tokens(vocabulary, word, {.compat = compat}).size();
  };
  CHECK(count(200, Compat::google) == 200);
  CHECK(count(201, Compat::google) == 1);
  CHECK(count(100, Compat::hf) == 100);
  CHECK(count(101, Compat::hf) == 1);
  // Characters count, not bytes, and what stripping leaves of them.
  std::string accented;
  for (int i = 0; i < 200; ++i) accented += "w\u0301";
  CHECK(tokens(vocabulary, accented).size() == 200);
}

TEST_CASE("a vocabulary without [UNK] is refused", "[wordpiece]") {
  const Vocabulary vocabulary = Vocabulary::from_tokens({"a"});
  CHECK_THROWS_WITH(Wordpiece(vocabulary), Catch::Contains("[UNK]"));
}

TEST_CASE("spans count code points of the original text", "[wordpiece]") {
  CHECK(equal(spans("un, Unaffable"), {{0, 2}, {2, 3}, {4, 6}, {6, 9}, {9, 13}}));
  CHECK(equal(spans("\u4e2dun\u4e2d"), {{0, 1}, {1, 3}, {3, 4}}));
  // Precomposed and combining accents; the mark that is stripped is in no span at a word's end.
  CHECK(equal(spans("caf\u00e9s un"), {{0, 4}, {4, 5}, {6, 8}}));
  CHECK(equal(spans("cafe\u0301s un"), {{0, 4}, {5, 6}, {7, 9}}));
  // Dropped characters count, bytes that are not UTF-8 do not.
  CHECK(equal(spans("\x01u\u200dn un"), {{1, 4}, {5, 7}}));
  CHECK(equal(spans("\xffu\x80n\xc3 \xe2\x80un"), {{1, 4}, {8, 10}}));
  CHECK(equal(spans("  \u3000 qqq un"), {{4, 7}, {8, 10}}));
  CHECK(equal(spans("\u0130un"), {{0, 3}}));
}

TEST_CASE("random bytes keep every law of tokens", "[wordpiece][law]") {
  const Vocabulary vocabulary = small_vocabulary();
  std::uint32_t state = 2023;
  const auto below = [&](std::uint32_t n) {
    state = state * 1664525U + 1013904223U;
    return (state >> 8U) % n;
  };
  const Strings parts = {"un",     "aff",    ",",      " ",      "\u00e9", "\u03a3",      "\u0130",
                         "\u0301", "\u0323", "\u302e", "\u4e2d", "\ud55c", "\U0001d165",  "\ufffd",
                         "\xe2",   "\x80",   "\xf0",   "\u2028", "\u0378", "\xed\xa0\x80"};
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (std::uint32_t length = below(12); length > 0; --length) {
      if (below(3) == 0)
        text += static_cast<char>(below(256));
      else
        text += parts[below(static_cast<std::uint32_t>(parts.size()))];
    }
    const WordpieceOptions options{.compat = below(2) == 0 ? Compat::google : Compat::hf,
                                   .lower_case = below(2) == 0};
    const Wordpiece wordpiece(vocabulary, options);
    std::vector<std::int32_t> ids;
    Index begin = 0;
    Index end = 0;
    for (const Token& token : wordpiece.tokenize(text)) {
      REQUIRE(token.begin >= begin);
      REQUIRE(token.end >= end);
      REQUIRE(token.end > token.begin);
      begin = token.begin;
      end = token.end;
      ids.push_back(token.id);
    }
    REQUIRE(end < std::ssize(electra::character_starts(text)));
    // The text as it is shown has the same tokens at the same places.
    REQUIRE(wordpiece.tokenize(electra::well_formed(text)) == wordpiece.tokenize(text));
    REQUIRE(wordpiece.encode(text) == ids);
    // White space between two texts keeps them apart.
    auto twice = ids;
    twice.insert(twice.end(), ids.begin(), ids.end());
    REQUIRE(wordpiece.encode(text + " " + text) == twice);
  }
}

TEST_CASE("many threads share one tokenizer", "[wordpiece][thread]") {
  const Vocabulary vocabulary = small_vocabulary();
  const Wordpiece wordpiece(vocabulary);
  const std::string text = "Unaffable running, caf\u00e9s \u4e2d [MASK] qqq";
  const auto expected = wordpiece.tokenize(text);
  std::vector<int> different(4, -1);
  std::vector<std::thread> threads;
  for (int& count : different)
    threads.emplace_back([&] {
      count = 0;
      for (int i = 0; i < 500; ++i) count += wordpiece.tokenize(text) == expected ? 0 : 1;
    });
  for (auto& thread : threads) thread.join();
  CHECK(different == std::vector<int>(4, 0));
}

TEST_CASE("what becomes [UNK] is counted with the character that the vocabulary lacks",
          "[wordpiece]") {
  const Vocabulary vocabulary = small_vocabulary();
  const Wordpiece wordpiece(vocabulary);
  electra::UnknownTokens unknown;
  const std::string text = "unaffabler able un \u4e2d\u56fd unz runaway " + std::string(201, 'w');
  CHECK(wordpiece.encode(text, unknown) == wordpiece.encode(text));
  CHECK(unknown.tokens == 8);
  CHECK(unknown.unknown == 6);
  CHECK(unknown.words == 8);
  CHECK(unknown.characters == 10 + 4 + 2 + 1 + 1 + 3 + 7 + 201);
  CHECK(unknown.long_words == 1);
  CHECK(unknown.long_characters == 201);
  CHECK(unknown.longest_word == 200);
  CHECK(unknown.stripped == 0);
  // "##r" of "unaffabler", "a" of "able", U+56FD, "##z", "##a" of "runaway".
  CHECK(unknown.missing ==
        std::map<char32_t, Index>{{U'r', 1}, {U'a', 2}, {U'z', 1}, {U'\u56fd', 1}});
}

TEST_CASE("accents that are stripped are counted, in words of one text after another",
          "[wordpiece]") {
  const Vocabulary vocabulary = small_vocabulary();
  electra::UnknownTokens unknown;
  for (const char* text : {"caf\u00e9s e\u0301\u0301 \u00e9", "cafe", "\u0e17\u0e35\u0e48"})
    (void)Wordpiece(vocabulary).encode(text, unknown);
  CHECK(unknown.stripped == 1 + 2 + 1 + 2);
  CHECK(unknown.characters == 5 + 1 + 1 + 4 + 1);
  electra::UnknownTokens kept;
  (void)Wordpiece(vocabulary, {.strip_accents = false}).encode("caf\u00e9", kept);
  CHECK(kept.stripped == 0);
  electra::UnknownTokens hf;
  (void)Wordpiece(vocabulary, {.compat = Compat::hf}).encode("caf\u00e9", hf);
  CHECK(hf.stripped == 1);
}

TEST_CASE("a long word that is cut has tokens, each with its span", "[wordpiece]") {
  const Vocabulary vocabulary = small_vocabulary();
  const WordpieceOptions cuts{.cut_long_words = true};
  const std::string text = "un " + std::string(201, 'w');
  CHECK(tokens(vocabulary, text)[1] == "[UNK]");
  const Strings found = tokens(vocabulary, text, cuts);
  REQUIRE(found.size() == 1 + 201);
  CHECK(found[1] == "w");
  CHECK(found[2] == "##w");
  CHECK(found[101] == "w");
  CHECK(found[201] == "w");
  CHECK(spans(text, cuts)[201] == Span{203, 204});
}
