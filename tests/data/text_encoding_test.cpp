#include "data/text_encoding.h"

#include <catch2/catch.hpp>
#include <string>

#include "data/wide_text.h"
#include "electra/core/error.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using namespace std::string_literals;

namespace {

std::string transcoded(const std::string& encoding, const std::string& bytes,
                       std::size_t piece = 1000, Index invalid = 0) {
  Transcoder transcoder(encoding);
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += piece)
    transcoder.append(std::string_view(bytes).substr(i, piece), text);
  transcoder.finish(text);
  CHECK(transcoder.invalid_bytes() == invalid);
  return text;
}

}  // namespace

TEST_CASE("encodings go by the names of iconv and of Python", "[text_encoding]") {
  for (const char* name :
       {"auto", "utf-8", "UTF8", "utf-8-sig", "latin-1", "latin1", "ISO-8859-1", "windows-1252",
        "cp1252", "gbk", "shift_jis", "utf-16le", "utf_16_le", "koi8-r"}) {
    INFO(name);
    CHECK(is_encoding(name));
  }
  for (const char* name : {"", "latin", "klingon", "utf-8//IGNORE", "utf-9"}) {
    INFO(name);
    CHECK_FALSE(is_encoding(name));
  }
  CHECK_THROWS_AS(Transcoder("klingon"), Error);
}

TEST_CASE("a transcoder gives the same text for any pieces", "[text_encoding]") {
  const std::u32string text = U"K\u00e4pten \u20ac \U0001F600\r\nx \u6f22\u5b57";
  for (const std::size_t piece : {1, 2, 3, 5, 1000}) {
    CHECK(transcoded("latin-1", "M\xfcller fl\xfcstert", piece) == "Müller flüstert");
    CHECK(transcoded("windows-1252", "\x93quoted\x94 \x80", piece) == "“quoted” €");
    CHECK(transcoded("shift_jis", "\x8a\xbf\x8e\x9a", piece) == "漢字");
    CHECK(transcoded("iso-2022-jp", "\x1B$B4A;z\x1B(B a", piece) == "漢字 a");
    CHECK(transcoded("UTF-16LE", utf16(text), piece) == utf8(text));
    CHECK(transcoded("UTF-32BE", utf32(text, Order::big), piece) == utf8(text));
  }
  const std::string large(300'000, '\xe4');
  CHECK(transcoded("latin-1", large, 70'001).size() == 600'000);
}

TEST_CASE("bytes that an encoding does not have are left out and counted", "[text_encoding]") {
  CHECK(transcoded("windows-1252",
                   "a\x81"
                   "b",
                   1000, 1) == "ab");
  CHECK(transcoded("gbk",
                   "a\xff"
                   "b\xba",
                   1, 2) == "ab");
  CHECK(transcoded("UTF-16LE", "a\0\x3D\xD8"s + "b\0"s, 1, 2) == "ab");
  CHECK(transcoded("UTF-16LE", "a\0b"s, 1000, 1) == "a");
}

TEST_CASE("a byte order mark says the encoding, whatever is asked for", "[text_encoding]") {
  struct Case {
    std::string head, name;
    std::size_t mark;
  };
  for (const auto& [head, name, mark] :
       {Case{"\xEF\xBB\xBF"
             "a",
             "UTF-8", 3},
        Case{"\xFF\xFE"
             "a\0"s,
             "UTF-16LE", 2},
        Case{"\xFE\xFF\0a"s, "UTF-16BE", 2}, Case{"\xFF\xFE\0\0a\0\0\0"s, "UTF-32LE", 4},
        Case{"\0\0\xFE\xFF\0\0\0a"s, "UTF-32BE", 4}}) {
    for (const char* wanted : {"auto", "latin-1"}) {
      const Encoding encoding = encoding_of(head, wanted);
      CHECK(encoding.name == name);
      CHECK(encoding.mark == mark);
      CHECK_FALSE(encoding.named_by_user);
    }
  }
}

TEST_CASE("UTF-16 and UTF-32 are told by their NULs", "[text_encoding]") {
  const std::u32string english = U"id,text\r\n1,The captain looked over the sea.\r\n";
  const std::u32string mixed = U"\u6f22\u5b57\u304b\u306a\u4ea4\u3058\u308a\r\n\u6587\u7ae0 a\r\n";
  for (const auto& text : {english, mixed}) {
    CHECK(encoding_of(utf16(text), "auto").name == "UTF-16LE");
    CHECK(encoding_of(utf16(text, Order::big), "auto").name == "UTF-16BE");
    CHECK(encoding_of(utf32(text), "auto").name == "UTF-32LE");
    CHECK(encoding_of(utf32(text, Order::big), "auto").name == "UTF-32BE");
  }
  CHECK(encoding_of(utf8(mixed), "auto").name == "UTF-8");
  CHECK(encoding_of("a\0b text"s, "auto").name == "UTF-8");
  CHECK(encoding_of("\x01\0\x02\0\x03\0\x04\0"s, "auto").name == "UTF-8");
  CHECK(encoding_of("", "auto").name == "UTF-8");
}

TEST_CASE("an encoding that is asked for holds, but not for UTF-8 that is plain to see",
          "[text_encoding]") {
  CHECK(encoding_of("plain", "latin-1").name == "latin-1");
  CHECK(encoding_of("plain", "latin-1").named_by_user);
  CHECK(encoding_of("M\xfcller", "latin-1").name == "latin-1");
  CHECK(encoding_of("Müller", "latin-1").name == "latin-1");
  const Encoding found = encoding_of("äöüäöüäöüäöü\xC3", "latin-1");
  CHECK(found.name == "UTF-8");
  CHECK_FALSE(found.named_by_user);
  CHECK(encoding_of("äöüäöüäöüäöü\xE4 ", "latin-1").name == "latin-1");
  CHECK(encoding_of("plain text\n", "utf-16le").name == "UTF-8");
  CHECK(encoding_of(utf16(U"plain"), "utf-16le").name == "utf-16le");
  CHECK(encoding_of("", "utf-16le").name == "utf-16le");
  CHECK(encoding_of("a", "utf-8").named_by_user);
  CHECK_FALSE(encoding_of("a", "auto").named_by_user);
}

TEST_CASE("the escapes of ISO-2022 are no UTF-8", "[text_encoding]") {
  CHECK(other_encoding("\x1B$B4A;z\x1B(B").find("iso-2022-jp") != std::string::npos);
  CHECK(other_encoding("\x1B[31mred\x1B[0m").empty());
}
