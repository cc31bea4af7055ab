#include "data/alphabet.h"

#include <catch2/catch.hpp>

using namespace electra;

namespace {

const WordCounts words{{"ab", 5}, {"ba", 2}, {"\u4e2d", 1}, {"ac", 1}};

}  // namespace

TEST_CASE("characters are counted over words, with where they stand", "[alphabet]") {
  const std::vector<CharacterUsage> usage = usage_of_characters(words);
  REQUIRE(usage.size() == 4);
  CHECK(usage[0].character == "a");  // 8 times
  CHECK(usage[0].count == 8);
  CHECK(usage[0].entries() == 2);
  CHECK(usage[1].character == "b");  // 7 times
  CHECK(usage[1].entries() == 2);
  CHECK(usage[2].character == "c");  // once, as U+4E2D, whose bytes come later
  CHECK_FALSE(usage[2].begins);
  CHECK(usage[3].character == "\u4e2d");
  CHECK_FALSE(usage[3].continues);
  CHECK(entries_of(usage) == 6);
}

TEST_CASE("as few characters are required as cover the share", "[alphabet]") {
  const std::vector<CharacterUsage> usage = usage_of_characters(words);  // 8, 7, 1 and 1 of 17
  CHECK(required_characters(usage, 0, 0) == 0);
  CHECK(required_characters(usage, 0.4, 0) == 1);
  CHECK(required_characters(usage, 8.0 / 17, 0) == 1);
  CHECK(required_characters(usage, 0.5, 0) == 2);
  CHECK(required_characters(usage, 0.9, 0) == 3);
  CHECK(required_characters(usage, 1, 0) == 4);
  CHECK(required_characters(usage, 1, 2) == 2);
  CHECK(required_characters(usage, 0.4, 9) == 1);
  CHECK(required_characters({}, 1, 0) == 0);
}

TEST_CASE("more characters are taken while all of them have room", "[alphabet]") {
  const std::vector<CharacterUsage> usage = usage_of_characters(words);
  CHECK(take_more(usage, 1, 0) == 1);
  CHECK(take_more(usage, 1, 3) == 1);
  CHECK(take_more(usage, 1, 4) == 2);
  CHECK(take_more(usage, 1, 5) == 3);
  CHECK(take_more(usage, 1, 100) == 4);
}

TEST_CASE("beginnings are spelled before continuations, each in the order of bytes", "[alphabet]") {
  CHECK(spelled(usage_of_characters(words)) ==
        std::vector<std::string>{"a", "b", "\u4e2d", "##a", "##b", "##c"});
}
