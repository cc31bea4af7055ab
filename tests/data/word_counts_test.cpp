#include "data/word_counts.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <map>
#include <string>

#include "data/text_hash.h"

using namespace electra;

namespace {

std::map<std::string, std::int64_t> listed(const WordCounts& words) {
  std::map<std::string, std::int64_t> all;
  for (const auto& [word, count] : words.entries()) all[std::string(word)] += count;
  CHECK(all.size() == words.entries().size());
  return all;
}

/// Words of 0 to 40 bytes that differ in single ones of them.
std::string word_of(std::uint32_t number) {
  std::string word(number % 41, 'a');
  for (std::size_t i = number % 7; i < word.size(); i += 7)
    word[i] = static_cast<char>('a' + number / 41 % 23);
  return word;
}

}  // namespace

TEST_CASE("words are counted as a map counts them, through every growth", "[word_counts][law]") {
  WordCounts words, others;
  std::map<std::string, std::int64_t> expected;
  for (std::uint32_t i = 0; i < 50000; ++i) {
    const std::string word = word_of(i * 2654435761U >> 12U) + std::to_string(i % 3000);
    const std::int64_t count = i % 3 + 1;
    (i % 2 == 0 ? words : others).add(word, count);
    expected[word] += count;
  }
  words += others;
  CHECK(listed(words) == expected);
}

TEST_CASE("words lie still while more come, a long one too", "[word_counts]") {
  WordCounts words{{"first", 2}, {"", 1}, {"first", 3}};
  const std::string_view first = words.entries()[0].word;
  words.add(std::string(1 << 20, 'x'));
  for (int i = 0; i < 10000; ++i) words.add(std::to_string(i));
  CHECK(first == "first");
  CHECK(words.entries()[0].word.data() == first.data());
  CHECK(words.entries()[0].count == 5);
  CHECK(words.entries()[2].word.size() == 1 << 20);
  CHECK(WordCounts{}.empty());
}

TEST_CASE("texts are the same where all their bytes are", "[word_counts][law]") {
  for (std::size_t size = 0; size < 40; ++size) {
    const std::string text(size, 'b');
    CHECK(is_same_text(text, std::string(size, 'b')));
    CHECK_FALSE(is_same_text(text, text + "b"));
    for (std::size_t i = 0; i < size; ++i) {
      std::string other = text;
      other[i] = 'c';
      CHECK_FALSE(is_same_text(text, other));
      CHECK(hash_of_text(text) != hash_of_text(other));
    }
  }
}
