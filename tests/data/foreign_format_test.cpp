#include "data/foreign_format.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "data/corpora.h"

using namespace electra;
using namespace electra::test;
using namespace std::string_literals;
using Catch::Matchers::Contains;

TEST_CASE("formats that no text is read from are called by their names", "[foreign_format]") {
  struct Case {
    std::string head, says;
  };
  const std::vector<Case> cases{
      {"\x1F\x8B\x08\0\0"s, "gzip-compressed data: unpack it first"},
      {"\x28\xB5\x2F\xFD\x04"s, "zstd-compressed"},
      {"BZh91AY&SY\x01\x02"s, "bzip2-compressed data: unpack it first"},
      {"\xFD\x37zXZ\0\0"s, "xz-compressed data: unpack it first"},
      {"\x04\x22\x4D\x18\x64"s, "lz4-compressed"},
      {"PK\x03\x04\x14\0\0\0"s, "a zip archive"},
      {"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0[Content_Types].xml"s, "Office document"},
      {"PK\x03\x04\x0A\0\0mimetypeapplication/epub+zip"s, "EPUB"},
      {"7z\xBC\xAF\x27\x1C\0\x04"s, "7z"},
      {"%PDF-1.7\n%\xE2\xE3\xCF\xD3"s, "PDF"},
      {"{\\rtf1\\ansi"s, "RTF"},
      {"\x89PNG\r\n\x1A\n\0\0"s, "PNG"},
      {"\xFF\xD8\xFF\xE0\0\x10JFIF"s, "JPEG"},
      {"\x7F"
       "ELF\x02\x01"s,
       "ELF"},
      {"PAR1\x15\x04"s, "Parquet"},
      {"ARROW1\0\0"s, "Arrow"},
      {"SQLite format 3\0\x10"s, "SQLite"},
      {"RIFF\x24\0\0\0WAVEfmt "s, "WAVE"},
      {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0"s, "old Office"},
      {"version https://git-lfs.github.com/spec/v1\noid sha256:00"s, "Git LFS"},
      {"a.txt" + repeated("\0"s, 252) + "ustar\000", "tar archive"},
  };
  for (const auto& [head, says] : cases) {
    INFO(says);
    const auto format = foreign_format(head);
    REQUIRE(format);
    CHECK_THAT(*format, Contains(says));
  }
}

TEST_CASE("text is no foreign format, however it begins", "[foreign_format]") {
  for (const std::string& text :
       {""s, "a"s, "BZh was written on the wall."s, "Parable."s, "PKS 1510"s, "MZ said so."s,
        "RIFF raff"s, "II. Of the sea"s, "GIF is short for"s, "ID3 of 5"s, "{\"text\":\"a\"}"s,
        "\xEF\xBB\xBF"
        "a"s,
        "\xFF\xFE"
        "a\0"s,
        "Obj. 1"s, "%50 off"s}) {
    INFO(text);
    CHECK_FALSE(foreign_format(text));
  }
}

TEST_CASE("NULs and many control characters are no text", "[foreign_format]") {
  CHECK(looks_binary("\x01\0\0\0\x07\0\0\0text\0\0"s));
  CHECK(looks_binary(repeated("a", 100) + repeated("\x02", 11)));
  CHECK_FALSE(looks_binary(""));
  CHECK_FALSE(looks_binary("a\tb\r\n\f\v"));
  CHECK_FALSE(looks_binary(repeated("a", 400) + repeated("\x1B", 20)));
  CHECK_FALSE(looks_binary(repeated("a", 4000) + repeated("\0"s, 4)));
  CHECK_FALSE(looks_binary("a\0b"s));
  CHECK_FALSE(looks_binary("\xC3\xA4\xC2\x85\xF0\x9F\x98\x80"));
}
