#include "electra/data/word_reader.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

using electra::Compat;
using electra::WordpieceOptions;
using electra::WordReader;

namespace {

using Strings = std::vector<std::string>;

Strings words(std::string_view text, WordpieceOptions options = {}) {
  Strings result;
  WordReader reader(text, options);
  while (const auto word = reader.next()) result.emplace_back(word->text);
  return result;
}

Strings google(std::string_view text) { return words(text); }
Strings hf(std::string_view text) { return words(text, {.compat = Compat::hf}); }
Strings google_cased(std::string_view text) { return words(text, {.lower_case = false}); }
Strings hf_cased(std::string_view text) {
  return words(text, {.compat = Compat::hf, .lower_case = false});
}

}  // namespace

TEST_CASE("control characters vanish and spaces of all kinds split", "[word_reader]") {
  CHECK(google("a\x01\x0b\x1c\x7f"
               "b") == Strings{"ab"});
  CHECK(google("a\u0085b\u00adc\u200dd\ufeffe\ufffdf\ue000g") == Strings{"abcdefg"});
  CHECK(google("a\tb\nc\rd e") == Strings{"a", "b", "c", "d", "e"});
  CHECK(google("a\u00a0b\u3000c\u2003d\u2028e\u2029f\u202fg\u1680h") ==
        Strings{"a", "b", "c", "d", "e", "f", "g", "h"});
  CHECK(google("a\u180eb") == Strings{"ab"});
  CHECK(hf("a\u0085b\u2028c") == Strings{"ab", "c"});
  CHECK(google(std::string_view("a\0b", 3)) == Strings{"ab"});
}

TEST_CASE("unassigned code points vanish in google mode alone", "[word_reader]") {
  CHECK(google("a\u0378b") == Strings{"ab"});
  CHECK(hf("a\u0378b") == Strings{"a\u0378b"});
  // Unicode 14 has U+1FAE0, 15.0 added U+1FAE8 and the ideograph U+31350, 15.1 U+2EBF0.
  CHECK(google("a\U0001fae0b\U0001fae8\U00031350\U0002ebf0") == Strings{"a\U0001fae0b"});
}

TEST_CASE("punctuation stands alone, other signs do not", "[word_reader]") {
  CHECK(google("a,b") == Strings{"a", ",", "b"});
  CHECK(google("don't") == Strings{"don", "'", "t"});
  CHECK(google("a\u2019b\u2014c\u3001d\u00bfe") ==
        Strings{"a", "\u2019", "b", "\u2014", "c", "\u3001", "d", "\u00bf", "e"});
  CHECK(google("5\u20ac\u00d7\U0001f600") == Strings{"5\u20ac\u00d7\U0001f600"});
  CHECK(google("$^`|~+<=>") == Strings{"$", "^", "`", "|", "~", "+", "<", "=", ">"});
  // The Greek question mark and the varia decompose to ASCII punctuation.
  CHECK(google("a\u037eb\u1fefc") == Strings{"a", ";", "b", "`", "c"});
  CHECK(google_cased("a\u037eb\u1fefc") == Strings{"a", "\u037e", "b\u1fefc"});
}

TEST_CASE("Chinese characters stand alone", "[word_reader]") {
  CHECK(google("a\u4e2d\u6587b") == Strings{"a", "\u4e2d", "\u6587", "b"});
  CHECK(google("\u3400\U00020000\U0002b740") == Strings{"\u3400", "\U00020000", "\U0002b740"});
  CHECK(google("a\U0002b820b") == Strings{"a", "\U0002b820", "b"});
  CHECK(hf("a\U0002b820b") == Strings{"a\U0002b820b"});
  CHECK(hf("a\U0002b920b") == Strings{"a", "\U0002b920", "b"});
  // A compatibility ideograph is found before it decomposes.
  CHECK(google("a\uf900b") == Strings{"a", "\u8c48", "b"});
  CHECK(google("\u30ab\u30bf") == Strings{"\u30ab\u30bf"});
}

TEST_CASE("lower-casing follows each reference", "[word_reader]") {
  CHECK(google("\u0391\u03a3") == Strings{"\u03b1\u03c2"});
  CHECK(hf("\u0391\u03a3") == Strings{"\u03b1\u03c3"});
  // A final sigma follows a cased letter, past ignorable ones, and precedes none.
  CHECK(google("\u03a3") == Strings{"\u03c3"});
  CHECK(google("\u03a3\u0391") == Strings{"\u03c3\u03b1"});
  CHECK(google("\u0391\u03a3.\u0391") == Strings{"\u03b1\u03c3", ".", "\u03b1"});
  CHECK(google("\u0391\u03a3. \u0391") == Strings{"\u03b1\u03c2", ".", "\u03b1"});
  CHECK(google("\u0391.\u03a3") == Strings{"\u03b1", ".", "\u03c2"});
  CHECK(google("\u0391-\u03a3") == Strings{"\u03b1", "-", "\u03c3"});
  CHECK(google("1\u03a3") == Strings{"1\u03c3"});
  CHECK(google("\u2160\u03a3") == Strings{"\u2170\u03c2"});
  CHECK(google("\u0391\u4e2d\u03a3") == Strings{"\u03b1", "\u4e2d", "\u03c3"});
  CHECK(google("\u0130") == Strings{"i"});
  CHECK(words("\u0130", {.strip_accents = false}) == Strings{"i\u0307"});
  CHECK(words("\u0130", {.compat = Compat::hf, .strip_accents = false}) == Strings{"i\u0307"});
  CHECK(google("\u01c5\u1e9e\u212a") == Strings{"\u01c6\u00dfk"});
  CHECK(google_cased("\u00c5\u03a3I") == Strings{"\u00c5\u03a3I"});
}

TEST_CASE("accents are stripped by canonical decomposition", "[word_reader]") {
  CHECK(google("\u00c9e\u0301\u1ec7\u212b") == Strings{"eeea"});
  CHECK(google("\ufb01\u00b2") == Strings{"\ufb01\u00b2"});
  CHECK(google("\ud55c") == Strings{"\u1112\u1161\u11ab"});
  // Spacing marks stay; marks are put in canonical order first.
  CHECK(google("\u0915\u093e\u0947") == Strings{"\u0915\u093e"});
  CHECK(google("a\u302e\U0001d165") == Strings{"a\U0001d165\u302e"});
  CHECK(google("\u0301\u0302") == Strings{});
  CHECK(words("\u00c9", {.strip_accents = false}) == Strings{"\u00e9"});
  CHECK(google_cased("\u00c9") == Strings{"\u00c9"});
  // The two references disagree about stripping without lower-casing.
  CHECK(words("\u00c9", {.lower_case = false, .strip_accents = true}) == Strings{"\u00c9"});
  CHECK(words("\u00c9", {.compat = Compat::hf, .lower_case = false, .strip_accents = true}) ==
        Strings{"E"});
  CHECK(hf_cased("\u00c9") == Strings{"\u00c9"});
}

TEST_CASE("bytes that are not UTF-8 are left out, and nothing else", "[word_reader]") {
  CHECK(google("a\x80z") == Strings{"az"});
  CHECK(google("a\xc0\x80z") == Strings{"az"});
  CHECK(google("a\xe0\x80\x80z") == Strings{"az"});
  CHECK(google("a\xed\xa0\x80z") == Strings{"az"});
  CHECK(google("a\xf4\x90\x80\x80z") == Strings{"az"});
  CHECK(google("a\xf5\xff\xfez") == Strings{"az"});
  CHECK(google("a\xe2\x80z") == Strings{"az"});
  CHECK(google("a\xf0\x9f\x98 z") == Strings{"a", "z"});
  CHECK(google("a\xe2\x80\xc3\xa9z") == Strings{"aez"});
  CHECK(google("az\xc3") == Strings{"az"});
}

TEST_CASE("words that are too long are cut into words of 100 characters, if that is asked",
          "[word_reader]") {
  const auto lengths = [](const std::string& text, WordpieceOptions options) {
    std::vector<electra::Index> result;
    WordReader reader(text, options);
    while (const auto word = reader.next()) result.push_back(word->characters);
    return result;
  };
  using Lengths = std::vector<electra::Index>;
  const std::string letters = [] {
    std::string text;
    for (int i = 0; i < 250; ++i) text += static_cast<char>('a' + i % 26);
    return text;
  }();
  const WordpieceOptions cuts{.cut_long_words = true};
  CHECK(lengths(letters, {}) == Lengths{250});
  CHECK(lengths(letters, cuts) == Lengths{100, 100, 50});
  CHECK(lengths("a " + letters + " b", cuts) == Lengths{1, 100, 100, 50, 1});
  CHECK(words(letters, cuts)[1] == letters.substr(100, 100));
  // Up to the limit a word is whole; just beyond it, it is not.
  CHECK(lengths(letters.substr(0, 200), cuts) == Lengths{200});
  CHECK(lengths(letters.substr(0, 201), cuts) == Lengths{100, 100, 1});
  CHECK(lengths(letters.substr(0, 200), {.compat = Compat::hf, .cut_long_words = true}) ==
        Lengths{100, 100});
  CHECK(lengths(letters.substr(0, 100), {.compat = Compat::hf, .cut_long_words = true}) ==
        Lengths{100});
}

TEST_CASE("the pieces of a long word keep the places of their characters", "[word_reader][law]") {
  std::string text = "\u0e01 ";  // three bytes each
  for (int i = 0; i < 333; ++i) text += i % 3 == 0 ? "\u0e01" : "\u0e34\u0301";
  WordReader reader(text, {.strip_accents = false, .cut_long_words = true});
  electra::Index place = 0, pieces = 0;
  while (const auto word = reader.next()) {
    for (std::size_t byte = 0; byte < word->text.size(); ++byte) {
      if ((static_cast<unsigned char>(word->text[byte]) & 0xc0U) != 0x80U && byte > 0) ++place;
      CHECK(word->origins[byte] == place);
    }
    place += ++pieces == 1 ? 2 : 1;  // over the space
  }
  CHECK(pieces == 1 + 6);
}

TEST_CASE("what Hugging Face's normalizer can leave out is left out", "[word_reader]") {
  const std::string text =
      "\u4e2d\u56fd a\u200db\x07 c\x0b"
      "d";
  using electra::Compat;
  CHECK(words(text, {.compat = Compat::hf}) == Strings{"\u4e2d", "\u56fd", "ab", "cd"});
  CHECK(words(text, {.compat = Compat::hf, .handle_chinese_chars = false}) ==
        Strings{"\u4e2d\u56fd", "ab", "cd"});
  CHECK(words(text, {.compat = Compat::hf, .clean_text = false}) ==
        Strings{"\u4e2d", "\u56fd", "a\u200db\x07", "c", "d"});
  CHECK(words("a\x07 b\x0b"
              "c",
              {.compat = Compat::hf, .clean_text = false}) == Strings{"a\x07", "b", "c"});
}

TEST_CASE("the longest word is the mode's unless another is named", "[word_reader]") {
  CHECK(WordpieceOptions{}.longest_word() == 200);
  CHECK(WordpieceOptions{.compat = electra::Compat::hf}.longest_word() == 100);
  CHECK(WordpieceOptions{.max_word_characters = 5}.longest_word() == 5);
}
