#include "data/utf8_counts.h"

#include <catch2/catch.hpp>
#include <string>

#include "data/corpora.h"

using namespace electra;
using namespace electra::test;

namespace {

/// `bad` lines among `all`.
Utf8Counts counts_of(const std::string& bad, Index bad_lines, const std::string& good, Index all) {
  Utf8Counts counts;
  for (Index i = 1; i <= all; ++i) (void)counts.add(i <= bad_lines ? bad : good, i);
  return counts;
}

const std::string english = "The captain looked over the sea and said nothing for a while.";
const std::string german = "Der Kapitän Müller flüsterte, als hätte er über die See gehört.";
const std::string latin1 = "Der Kapit\xe4n M\xfcller fl\xfcsterte.";

}  // namespace

TEST_CASE("bytes that are not UTF-8 are counted, with the first one's place", "[utf8_counts]") {
  Utf8Counts counts;
  CHECK(counts.add(english, 1) == 0);
  CHECK(counts.add(german, 2) == 0);
  CHECK(counts.characters == 6);
  CHECK(counts.add("12345678Kapit\xe4n \xff", 3) == 2);
  CHECK(counts.add(std::string("a\0b", 3), 4) == 1);
  CHECK(counts.first_invalid_line == 3);
  CHECK(counts.first_invalid_byte == 14);
  CHECK(counts.invalid_bytes == 3);
  CHECK(counts.foreign_bytes == 3);
  CHECK(counts.invalid_lines == 2);
  CHECK(counts.bytes == std::ssize(english) + std::ssize(german) + 17 + 3 + 4);
  Utf8Counts sum;
  (void)sum.add("a", 1);
  sum.add(counts);
  CHECK(sum.lines == 5);
  CHECK(sum.first_invalid_line == 3);
  CHECK(sum.invalid_bytes == 3);
}

TEST_CASE("a character that a line's end cuts is left out, but is no other encoding",
          "[utf8_counts]") {
  const Utf8Counts counts = counts_of("漢字漢字\xe6\xbc", 500, "", 500);
  CHECK(counts.invalid_bytes == 1000);
  CHECK(counts.foreign_bytes == 0);
  CHECK_FALSE(counts.is_other_encoding());
}

TEST_CASE("a text in another encoding is told from one with broken bytes", "[utf8_counts]") {
  CHECK(counts_of(latin1, 30, latin1, 30).is_other_encoding());
  CHECK(counts_of(latin1, 30, english, 1000).is_other_encoding());
  CHECK(counts_of("\x93Quoted\x94, and so on", 20, english, 1000).is_other_encoding());
  CHECK(counts_of(repeated("\xe4", 2000), 1, "", 1).is_other_encoding());
  CHECK(counts_of(latin1, 500, german, 1000).is_other_encoding());

  CHECK_FALSE(counts_of(latin1, 0, german, 1000).is_other_encoding());
  CHECK_FALSE(counts_of(latin1, 1, english, 1000).is_other_encoding());
  CHECK_FALSE(counts_of(repeated("\xe4", 60), 1, english, 100).is_other_encoding());
  CHECK_FALSE(counts_of(latin1, 1, english, 3).is_other_encoding());
  CHECK_FALSE(counts_of(latin1, 10, english, 1000).is_other_encoding());
  CHECK_FALSE(counts_of("a \xff", 9, "", 9).is_other_encoding());
}

TEST_CASE("there is enough to judge once a hundred lines or a thousand bytes are foreign",
          "[utf8_counts]") {
  CHECK_FALSE(counts_of(latin1, 99, english, 200).enough());
  CHECK(counts_of(latin1, 100, english, 200).enough());
  CHECK(counts_of(repeated("\xff", 1000), 1, english, 2).enough());
}
