#include "data/pair_merger.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace electra;

namespace {

using Strings = std::vector<std::string>;

/// The symbols that merging adds to "a", "b", "##a" and "##b", of words in numbers of these.
Strings merged(std::vector<SymbolWord> words, Index size, std::int64_t minimum) {
  PairMerger merger({"a", "b", "##a", "##b"}, std::move(words));
  merger.merge_until(size, minimum);
  return {merger.symbols().begin() + 4, merger.symbols().end()};
}

}  // namespace

TEST_CASE("the pair that occurs most often is merged first, until it is too rare",
          "[pair_merger]") {
  const std::vector<SymbolWord> words{{{0, 3, 2}, 5}, {{1, 3}, 4}, {{0, 3}, 1}};  // aba, bb, ab
  CHECK(merged(words, 100, 1) == Strings{"ab", "aba", "bb"});
  CHECK(merged(words, 100, 5) == Strings{"ab", "aba"});
  CHECK(merged(words, 100, 6) == Strings{"ab"});
  CHECK(merged(words, 100, 7).empty());
  CHECK(merged(words, 5, 1) == Strings{"ab"});
  CHECK(merged(words, 4, 1).empty());
  CHECK(merged({}, 100, 1).empty());
}

TEST_CASE("of pairs that occur equally often the first by name is merged", "[pair_merger][law]") {
  const std::vector<SymbolWord> words{{{1, 3}, 2}, {{0, 3}, 2}, {{1, 2}, 2}, {{0, 2}, 2}};
  CHECK(merged(words, 100, 1) == Strings{"aa", "ab", "ba", "bb"});
}

TEST_CASE("a pair that overlaps itself is merged from the left", "[pair_merger]") {
  // ##a occurs as a ##a ##a ##a ##a: the inner pair twice without overlap, then what is left.
  const Strings found = merged({{{0, 2, 2, 2, 2}, 3}}, 100, 1);
  REQUIRE_FALSE(found.empty());
  CHECK(found.front() == "##aa");
  CHECK(found.back() == "aaaaa");
}

TEST_CASE("two pairs that spell the same token make one symbol", "[pair_merger]") {
  // a + ##b ##a and a ##b + ##a spell "aba" by two ways.
  PairMerger merger({"a", "##b", "##a", "##ba", "ab"}, {{{0, 3}, 4}, {{4, 2}, 3}});
  merger.merge_until(100, 1);
  const Strings& symbols = merger.symbols();
  CHECK(std::count(symbols.begin(), symbols.end(), "aba") == 1);
  CHECK(symbols.size() == 6);
}

TEST_CASE("merging stops when that is wanted, before it has begun and on its way") {
  const std::vector<std::string> symbols{"a", "##a"};
  const std::vector<SymbolWord> words(3, {{0, 1, 1, 1}, 5});
  CHECK_THROWS_AS(PairMerger(symbols, words, [] { return true; }), Interrupted);
  bool wanted = false;
  PairMerger merger(symbols, words, [&] { return wanted; });
  wanted = true;
  CHECK_THROWS_AS(merger.merge_until(3, 1), Interrupted);
}
