#include "electra/data/unicode.h"

#include <catch2/catch.hpp>
#include <string>

using electra::Index;

TEST_CASE("texts are measured and cut in code points", "[unicode]") {
  const std::string text = "a\u00e9\xff\u4e2d\U0001f600z";
  CHECK(electra::count_characters(text) == 5);
  CHECK(electra::slice_characters(text, 0, 1) == "a");
  CHECK(electra::slice_characters(text, 2, 3) == "\xff");
  CHECK(electra::slice_characters(text, 4, 6) == "\U0001f600z");
  CHECK(electra::slice_characters(text, 5, 99) == "z");
  CHECK(electra::slice_characters(text, 2, 2).empty());
  CHECK(electra::slice_characters(text, 9, 12).empty());
  CHECK(electra::slice_characters("", 0, 1).empty());
  CHECK(electra::strip(" \u3000a b\u0085\t") == "a b");
  CHECK(electra::strip(" \n").empty());
}

TEST_CASE("bytes that are not UTF-8 are code points of their own", "[unicode][law]") {
  const std::string text = "a\xe2\x82 \u20ac\xff\xed\xa0\x80z\xf0\x9f";
  CHECK(electra::well_formed(text) == "a\ufffd\ufffd \u20ac\ufffd\ufffd\ufffd\ufffdz\ufffd\ufffd");
  CHECK(electra::well_formed("a\u00e9\U0001f600") == "a\u00e9\U0001f600");
  CHECK(electra::well_formed("").empty());
  CHECK(electra::character_starts("") == std::vector<Index>{0});
  const std::vector<Index> starts = electra::character_starts(text);
  CHECK(starts == std::vector<Index>{0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 12, 13, 14});
  CHECK(starts.size() == electra::character_starts(electra::well_formed(text)).size());
  for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
    const auto at = static_cast<Index>(i);
    CHECK(electra::slice_characters(text, at, at + 1) ==
          text.substr(static_cast<std::size_t>(starts[i]),
                      static_cast<std::size_t>(starts[i + 1] - starts[i])));
  }
}

TEST_CASE("UTF-8 is written as it is read", "[unicode][law]") {
  Index different = 0;
  for (char32_t code = 0; code <= 0x10ffff; ++code) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    std::string text;
    electra::append_utf8(text, code);
    const electra::Decoded decoded = electra::decode_first(text);
    const bool same =
        decoded.code == code && decoded.bytes == static_cast<Index>(text.size()) && decoded.valid();
    if (!same) ++different;
  }
  CHECK(different == 0);
  CHECK_FALSE(electra::is_utf8("\xed\xa0\x80"));
  CHECK(electra::is_utf8("\ufffd"));
}

TEST_CASE("the version of Unicode is known", "[unicode]") {
  CHECK(std::stoi(std::string(electra::unicode_version())) >= 14);
}
