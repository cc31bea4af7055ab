#include "data/line_source.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "data/corpora.h"
#include "data/packed_text.h"
#include "data/wide_text.h"
#include "electra/core/error.h"
#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using namespace std::string_literals;
using Catch::Matchers::Contains;

namespace {

using Lines = std::vector<std::string>;

enum class As : std::uint8_t { text, json_lines };

/// "+": a further piece; "SKIPPED" in the place of a line that is too long.
Lines lines_of(const std::string& bytes, LineLimits limits = {}, As as = As::text,
               Index cut_lines = 0) {
  const TemporaryFolder folder;
  write_file(folder / "a.txt", bytes);
  LineSource source(folder / "a.txt", "auto", limits);
  if (as == As::json_lines) source.expect_json_lines();
  Lines lines;
  Index number = 0;
  while (source.next()) {
    if (!source.goes_on()) ++number;
    CHECK(source.number() == number);
    lines.push_back((source.goes_on() ? "+" : "") + std::string(source.line()));
    if (source.was_skipped()) lines.back() += "SKIPPED";
  }
  CHECK_FALSE(source.next());
  CHECK(source.cut_lines() == cut_lines);
  return lines;
}

std::string message_for(const std::string& bytes) {
  const TemporaryFolder folder;
  write_file(folder / "a.txt", bytes);
  return message_of<IoError>([&] { LineSource source(folder / "a.txt", "auto"); });
}

}  // namespace

TEST_CASE("lines end in a line feed, with or without a carriage return", "[line_source]") {
  CHECK(lines_of("").empty());
  CHECK(lines_of("a") == Lines{"a"});
  CHECK(lines_of("a\nb\n") == Lines{"a", "b"});
  CHECK(lines_of("a\r\n\r\nb\r") == Lines{"a", "", "b"});
  CHECK(lines_of("\n\na") == Lines{"", "", "a"});
  CHECK(lines_of("a\rb\nc\r\r\nd") == Lines{"a\rb", "c\r", "d"});
  CHECK(lines_of("\xEF\xBB\xBF"
                 "a\n\xEF\xBB\xBF"
                 "b") == Lines{"a",
                               "\xEF\xBB\xBF"
                               "b"});
}

TEST_CASE("where a file has no line feed, carriage returns end lines", "[line_source]") {
  CHECK(lines_of("a\rb\r\rc") == Lines{"a", "b", "", "c"});
  CHECK(lines_of("a\rb\r") == Lines{"a", "b"});
  const std::string many = repeated("x", 70'000) + "\r";
  CHECK(lines_of("a\r" + many + many + "b\r\nc\nd\r") ==
        Lines{"a", repeated("x", 70'000), repeated("x", 70'000), "b", "c", "d"});
}

TEST_CASE("lines are the same wherever the pieces of the file end", "[line_source]") {
  const std::size_t piece = 1 << 18;
  for (const std::size_t length : {piece - 2, piece - 1, piece, piece + 1}) {
    const std::string line(length, 'x');
    CHECK(lines_of("\n" + line + "\r\n" + line + "\ny") == Lines{"", line, line, "y"});
  }
  const std::string line(300'000, 'x');
  CHECK(lines_of(gzip(line + "\n" + line)) == Lines{line, line});
}

TEST_CASE("a long line of text comes in pieces, cut at white space or between characters",
          "[line_source]") {
  CHECK(lines_of("aaa bbb ccc\ndd\n", {.piece = 8}, As::text, 1) ==
        Lines{"aaa bbb ", "+ccc", "dd"});
  CHECK(lines_of("aaaabbbbcc\n", {.piece = 4}, As::text, 1) == Lines{"aaaa", "+bbbb", "+cc"});
  CHECK(lines_of("äöüä\n", {.piece = 3}, As::text, 1) == Lines{"ä", "+ö", "+ü", "+ä"});
  CHECK(lines_of("aaaa\nb", {.piece = 4}) == Lines{"aaaa", "b"});
  CHECK(lines_of("aaaaa", {.piece = 4}, As::text, 1) == Lines{"aaaa", "+a"});
  const Lines pieces = lines_of(repeated("x", 5'000'000), {}, As::text, 1);
  CHECK(pieces.size() == 5);
  CHECK(pieces[0].size() == 1 << 20);
  CHECK(lines_of("\xff\x80\x80\x80\x80\x80\x80\x80", {.piece = 4}, As::text, 1) ==
        Lines{"\xff\x80\x80\x80", "+\x80\x80\x80\x80"});
}

TEST_CASE("a JSON line is whole, or skipped without being held", "[line_source]") {
  CHECK(lines_of("aaaa bbbb\nc\n", {.piece = 4}, As::json_lines) == Lines{"aaaa bbbb", "c"});
  CHECK(lines_of("aaaaa\nb\n", {.json_line = 4}, As::json_lines) == Lines{"SKIPPED", "b"});
  CHECK(lines_of("b\naaaaa", {.json_line = 4}, As::json_lines) == Lines{"b", "SKIPPED"});
  const std::string line(2'000'000, 'x');
  CHECK(lines_of(line + "\nb\n" + line, {.json_line = 1000}, As::json_lines) ==
        Lines{"SKIPPED", "b", "SKIPPED"});
}

TEST_CASE("UTF-16 is read as the text that it is", "[line_source]") {
  const std::u32string text = U"\ufeffK\u00e4ptn\r\n\r\n\U0001F600 a\n";
  CHECK(lines_of(utf16(text)) == Lines{"Käptn", "", "😀 a"});
  CHECK(lines_of(utf16(text, Order::big)) == Lines{"Käptn", "", "😀 a"});
  CHECK(lines_of(utf32(text)) == Lines{"Käptn", "", "😀 a"});
  CHECK(lines_of(gzip(utf16(text.substr(1)))) == Lines{"Käptn", "", "😀 a"});
  std::u32string large(500'000, U'\u6f22');
  large[250'000] = U'\n';
  CHECK(lines_of(utf16(U"\ufeff" + large)).size() == 2);
}

TEST_CASE("what is no text is refused", "[line_source]") {
  CHECK_THAT(message_for("%PDF-1.4\n"), Contains("a.txt") && Contains("found a PDF"));
  CHECK_THAT(message_for(gzip("PAR1\x15")), Contains("in the packed file") && Contains("Parquet"));
  CHECK_THAT(message_for(gzip(zstd("a"))), Contains("zstd-compressed"));
  CHECK_THAT(message_for(zstd("a.txt" + repeated("\0"s, 252) + "ustar  ")), Contains("tar"));
  CHECK_THAT(message_for("\x07\0\0\x01\0\0\xff\0\0text"s), Contains("binary data"));
  CHECK_THAT(message_for("\x1B$B4A;z\x1B(B\n"), Contains("data.encoding=iso-2022-jp"));
}

TEST_CASE("the head is the start of the text", "[line_source]") {
  const TemporaryFolder folder;
  write_file(folder / "a.txt", "a\nb");
  const LineSource small(folder / "a.txt", "auto");
  CHECK(small.head() == "a\nb");
  CHECK(small.head_is_all());
  write_file(folder / "a.txt", repeated("x", 100'000));
  const LineSource large(folder / "a.txt", "auto");
  CHECK(large.head().size() == 1 << 16);
  CHECK_FALSE(large.head_is_all());
}
