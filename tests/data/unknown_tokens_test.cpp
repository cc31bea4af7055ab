#include "electra/data/unknown_tokens.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;
using electra::test::message_of;

namespace {

UnknownTokens of_tokens(Index unknown, Index tokens) {
  UnknownTokens counts{.tokens = tokens, .unknown = unknown};
  if (unknown > 0) counts.missing[U'x'] = unknown;
  return counts;
}

}  // namespace

TEST_CASE("the counts of parts add up to those of the whole", "[unknown_tokens][law]") {
  UnknownTokens a{.tokens = 10,
                  .unknown = 3,
                  .longest_word = 5,
                  .stripped = 4,
                  .missing = {{U'x', 2}, {U'y', 1}}};
  UnknownTokens b{
      .tokens = 1, .unknown = 1, .longest_word = 5, .stripped = 3, .missing = {{U'y', 1}}};
  for (const Index length : {1, 5, 6}) a.count_word(length);
  b.count_word(7);
  const UnknownTokens sum = UnknownTokens(a) += b;
  CHECK(sum == (UnknownTokens(b) += a));
  CHECK(sum == UnknownTokens{.tokens = 11,
                             .unknown = 4,
                             .words = 4,
                             .characters = 19,
                             .long_words = 2,
                             .long_characters = 13,
                             .longest_word = 5,
                             .stripped = 7,
                             .missing = {{U'x', 2}, {U'y', 2}}});
}

TEST_CASE("the share of [UNK] has digits enough to be seen", "[unknown_tokens]") {
  const auto first = [](Index unknown, Index tokens) {
    return describe(of_tokens(unknown, tokens))[0];
  };
  CHECK(first(0, 7) == "[UNK] share: 0 % (0 of 7 tokens)");
  CHECK(first(0, 0) == "[UNK] share: 0 % (0 of 0 tokens)");
  CHECK(first(1, 3) == "[UNK] share: 33.3 % (1 of 3 tokens)");
  CHECK(first(1, 40) == "[UNK] share: 2.50 % (1 of 40 tokens)");
  CHECK(first(123, 1000000) == "[UNK] share: 0.0123 % (123 of 1000000 tokens)");
  CHECK(first(1, 123456789) == "[UNK] share: 0.000000810 % (1 of 123456789 tokens)");
  CHECK(first(3, 3) == "[UNK] share: 100 % (3 of 3 tokens)");
}

TEST_CASE("the commonest missing characters are shown with code point and count",
          "[unknown_tokens]") {
  UnknownTokens unknown{.tokens = 10000, .unknown = 60};
  for (char32_t code = 0; code < 12; ++code) unknown.missing[0x4e00 + code] = 12 - Index{code} / 2;
  unknown.missing[0x0301] = 99;
  const std::vector<std::string> lines = describe(unknown);
  REQUIRE(lines.size() == 2);
  CHECK_THAT(lines[1], Contains("commonest unknown characters: \u25cc\u0301 (U+0301) 99, "
                                "\u4e00 (U+4E00) 12, \u4e01 (U+4E01) 12, \u4e02 (U+4E02) 11") &&
                           Contains("\u2026 (13 characters)") && !Contains("U+4E0A"));
}

TEST_CASE("words that are too long are said with the option that cuts them", "[unknown_tokens]") {
  UnknownTokens unknown{.tokens = 1000, .unknown = 1, .longest_word = 200};
  unknown.count_word(300);
  for (int i = 0; i < 9; ++i) unknown.count_word(100);
  const std::vector<std::string> lines = describe(unknown);
  REQUIRE(lines.size() == 2);
  CHECK(lines[1] ==
        "1 of 10 words (25.0 % of the characters) are longer than 200 characters and become [UNK]; "
        "vocabulary.cut_long_words=true cuts them into pieces of 100");
}

TEST_CASE("many accents that are stripped are said, with what keeps them", "[unknown_tokens]") {
  UnknownTokens unknown{.tokens = 10, .characters = 94, .stripped = 5};
  CHECK(describe(unknown).size() == 2);  // 5 of 99
  unknown.stripped = 4;
  CHECK(describe(unknown).size() == 1);
  unknown.stripped = 24;
  REQUIRE(describe(unknown).size() == 2);
  CHECK(describe(unknown)[1] ==
        "20.3 % of the text's characters are accents, vowel signs or tone marks that are stripped; "
        "vocabulary.strip_accents=false keeps them");
}

TEST_CASE("more than 1 % is warned of, more than 30 % is refused", "[unknown_tokens]") {
  const auto last = [](Index unknown) { return describe(of_tokens(unknown, 1000)).back(); };
  CHECK_THAT(last(10), !Contains("warning"));
  CHECK_THAT(last(11), Contains("warning: more than 1.00 % of the tokens are [UNK]") &&
                           Contains("vocabulary.character_coverage") &&
                           Contains("vocabulary.file"));
  CHECK_NOTHROW(check_share(of_tokens(300, 1000), "mine.txt"));
  CHECK_NOTHROW(check_share(of_tokens(0, 0), "mine.txt"));
  CHECK_THAT(message_of<ConfigError>([&] { check_share(of_tokens(301, 1000), "mine.txt"); }),
             Contains("mine.txt: expected at most 30.0 % of the text's tokens to be [UNK], found "
                      "30.1 % (301 of 1000)") &&
                 Contains("x (U+0078) 301") && Contains("vocabulary.file"));
  UnknownTokens lengths{.tokens = 1, .unknown = 1, .longest_word = 100};
  lengths.count_word(101);
  CHECK_THAT(message_of<ConfigError>([&] { check_share(lengths, "mine.txt"); }),
             Contains("1 of 1 words") && Contains("vocabulary.cut_long_words"));
}
