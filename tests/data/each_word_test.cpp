#include "data/each_word.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

using namespace electra;

namespace {

using Words = std::vector<std::pair<std::string, Index>>;

struct Found {
  Words words;
  Index stripped = 0;
  bool operator==(const Found&) const = default;
};

Found by_each_word(std::string_view text, const WordpieceOptions& options) {
  Found found;
  found.stripped = each_word(text, options, [&](std::string_view word, Index characters) {
    found.words.emplace_back(word, characters);
  });
  return found;
}

Found by_reader(std::string_view text, const WordpieceOptions& options) {
  Found found;
  WordReader reader(text, options);
  while (const auto word = reader.next()) found.words.emplace_back(word->text, word->characters);
  found.stripped = reader.stripped();
  return found;
}

class Drawn {
 public:
  explicit Drawn(std::uint32_t seed) : state_(seed) {}
  std::uint32_t below(std::uint32_t n) {
    state_ = state_ * 1664525U + 1013904223U;
    return (state_ >> 8U) % n;
  }

 private:
  std::uint32_t state_;
};

/// Mostly plain, of any length, with long words and what is not plain here and there.
std::string some_text(Drawn& drawn) {
  const std::vector<std::string> rare = {"\u00e9", "\u03a3", "\u0301", "\u4e2d", "\u2014", "\u00a0",
                                         "\x01",   "\x7f",   "\xff",   "\u0130", "\v",     "'"};
  std::string text;
  const std::uint32_t rarity = 2 + drawn.below(200), parts = drawn.below(400);
  for (std::uint32_t i = 0; i < parts; ++i) {
    if (drawn.below(rarity) == 0) text += rare[drawn.below(std::uint32_t(rare.size()))];
    if (drawn.below(300) == 0) text += std::string(drawn.below(3000), 'Q');
    const std::uint32_t letters = drawn.below(9);
    for (std::uint32_t k = 0; k < letters; ++k)
      text +=
          static_cast<char>(drawn.below(5) == 0 ? '!' + drawn.below(94) : 'a' + drawn.below(26));
    if (drawn.below(8) > 0) text += " \t\n\r"[drawn.below(16) == 0 ? drawn.below(4) : 0];
  }
  return text;
}

}  // namespace

TEST_CASE("the words of any text are those that the reader finds", "[each_word][law]") {
  Drawn drawn(7);
  for (int round = 0; round < 1500; ++round) {
    const std::string text = some_text(drawn);
    const WordpieceOptions options{.compat = drawn.below(2) == 0 ? Compat::google : Compat::hf,
                                   .lower_case = drawn.below(2) == 0,
                                   .cut_long_words = drawn.below(2) == 0,
                                   .clean_text = drawn.below(8) > 0};
    INFO(round << ": " << text);
    REQUIRE(by_each_word(text, options) == by_reader(text, options));
  }
}

TEST_CASE("plain words end at any place of a block, and reach over its end", "[each_word][law]") {
  for (std::size_t before = 0; before < 140; ++before)
    for (const std::size_t length : {1, 2, 63, 64, 65, 128, 199, 200, 201}) {
      const std::string text =
          std::string(before, '-') + std::string(length, 'W') + (before % 2 == 0 ? "." : " x");
      REQUIRE(by_each_word(text, {}) == by_reader(text, {}));
    }
}

TEST_CASE("texts longer than what is looked at together keep their words whole", "[each_word]") {
  for (std::size_t length = PlainWords::capacity - 5; length < PlainWords::capacity + 5; ++length) {
    const std::string text =
        std::string(length - 3, ' ') + "whole word\u00e9 " + std::string(9, 'x');
    CHECK(by_each_word(text, {}).words == Words{{"whole", 5}, {"worde", 5}, {"xxxxxxxxx", 9}});
    const std::string one(length, 'x');
    CHECK(by_each_word(one, {}).words == Words{{one, Index(length)}});
  }
}
