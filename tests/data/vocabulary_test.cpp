#include "electra/data/vocabulary.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "support/temporary_folder.h"

using Catch::Matchers::Contains;
using electra::IoError;
using electra::Vocabulary;
using electra::test::message_of;
using electra::test::TemporaryFolder;

namespace {

const std::vector<std::string> specials = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};

constexpr std::string_view special_lines = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n";

/// The special tokens have the ids 0 to 4, the lines of the text follow.
Vocabulary load_text(const std::string& text) {
  const TemporaryFolder folder;
  electra::write_file(folder / "vocab.txt", std::string(special_lines) + text);
  return Vocabulary::load(folder / "vocab.txt");
}

}  // namespace

TEST_CASE("a vocabulary's ids are the places of its lines", "[vocabulary]") {
  const Vocabulary vocabulary = load_text("  a\t\n##b\r\n\n\u00e9\u00a0\u3000\nlast");
  REQUIRE(vocabulary.size() == 10);
  CHECK(vocabulary.find("[PAD]") == 0);
  CHECK(vocabulary.find("a") == 5);
  CHECK(vocabulary.find("##b") == 6);
  CHECK(vocabulary.find("") == 7);
  CHECK(vocabulary.find("\u00e9") == 8);
  CHECK(vocabulary.find("last") == 9);
  CHECK_FALSE(vocabulary.find("  a").has_value());
  CHECK_FALSE(vocabulary.find("b").has_value());
  for (std::int32_t id = 0; id < 10; ++id) CHECK(vocabulary.find(vocabulary.token(id)) == id);
}

TEST_CASE("a byte order mark and empty lines at the end are no tokens", "[vocabulary]") {
  const TemporaryFolder folder;
  electra::write_file(folder / "vocab.txt",
                      "\xef\xbb\xbf" + std::string(special_lines) + "a\r\n\r\nb\r\n\r\n \t\r\n");
  const Vocabulary vocabulary = Vocabulary::load(folder / "vocab.txt");
  CHECK(vocabulary.size() == 8);
  CHECK(vocabulary.pad() == 0);
  CHECK(vocabulary.token(6).empty());  // an empty line between others keeps its id
  CHECK(vocabulary.find("b") == 7);
}

TEST_CASE("the later of two equal tokens is found, and both keep their ids", "[vocabulary]") {
  const Vocabulary vocabulary = load_text("a\nb\na\nc\n");
  CHECK(vocabulary.size() == 9);
  CHECK(vocabulary.find("a") == 7);
  CHECK(vocabulary.token(5) == "a");
  CHECK(vocabulary.find("c") == 8);
}

TEST_CASE("special tokens are found by name, and a missing one is named", "[vocabulary]") {
  const Vocabulary all =
      Vocabulary::from_tokens({"x", "[MASK]", "[SEP]", "[CLS]", "[UNK]", "[PAD]"});
  CHECK(all.mask() == 1);
  CHECK(all.sep() == 2);
  CHECK(all.cls() == 3);
  CHECK(all.unknown() == 4);
  CHECK(all.pad() == 5);
  for (std::size_t left_out = 0; left_out < specials.size(); ++left_out) {
    std::vector<std::string> tokens = specials;
    tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(left_out));
    const Vocabulary vocabulary = Vocabulary::from_tokens(tokens);
    CHECK_THAT(message_of<IoError>([&] {
                 (void)(vocabulary.pad() + vocabulary.unknown() + vocabulary.cls() +
                        vocabulary.sep() + vocabulary.mask());
               }),
               Contains(specials[left_out]) && Contains("missing"));
  }
}

TEST_CASE("the longest token that a text begins with is found", "[vocabulary]") {
  const Vocabulary vocabulary =
      Vocabulary::from_tokens({"a", "ab", "abcd", "", "\u00e9", "abcdefgh", "##", "##a"});
  const auto bytes = [&](std::string_view text, electra::Index shortest) {
    const auto prefix = vocabulary.longest_prefix(text, shortest);
    return prefix ? prefix->bytes : -1;
  };
  CHECK(bytes("a", 1) == 1);
  CHECK(bytes("abc", 1) == 2);
  CHECK(bytes("abcde", 1) == 4);
  CHECK(bytes("abcdefghijklmn", 1) == 8);
  CHECK(bytes("abc", 3) == -1);
  CHECK(bytes("xyz", 1) == -1);
  CHECK(bytes("", 1) == -1);
  CHECK(bytes("##b", 3) == -1);
  CHECK(bytes("##ab", 3) == 3);
  CHECK(bytes("\u00e9a", 1) == 2);
  CHECK(vocabulary.longest_prefix("abcde", 1)->id == 2);
}

TEST_CASE("every one of many tokens is found, and nothing else", "[vocabulary][law]") {
  std::vector<std::string> tokens;
  for (int i = 0; i < 5000; ++i) tokens.push_back("t" + std::to_string(i * 7919));
  const Vocabulary vocabulary = Vocabulary::from_tokens(tokens);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    REQUIRE(vocabulary.find(tokens[i]) == static_cast<std::int32_t>(i));
    REQUIRE_FALSE(vocabulary.find(tokens[i] + "x").has_value());
  }
}

TEST_CASE("a saved vocabulary is read back as it was", "[vocabulary][law]") {
  const TemporaryFolder folder;
  const Vocabulary vocabulary = Vocabulary::from_tokens(
      {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "", "##x", "\u4e2d", "a"});
  vocabulary.save(folder / "vocab.txt");
  CHECK(folder.count() == 1);
  std::string lines(special_lines);
  lines += "\n##x\n\u4e2d\na\n";
  CHECK(electra::read_file(folder / "vocab.txt") == lines);
  const Vocabulary again = Vocabulary::load(folder / "vocab.txt");
  CHECK(again.size() == vocabulary.size());
  CHECK(again.hash() == vocabulary.hash());
}

TEST_CASE("the hash is FNV-1a of the lines, the same on every machine", "[vocabulary]") {
  CHECK(Vocabulary::from_tokens({}).hash() == 0xcbf29ce484222325U);
  CHECK(Vocabulary::from_tokens({"foo", "bar"}).hash() ==
        Vocabulary::from_tokens({"foo\nbar"}).hash());
  CHECK(Vocabulary::from_tokens({"foo", "bar"}).hash() !=
        Vocabulary::from_tokens({"bar", "foo"}).hash());
  CHECK(Vocabulary::from_tokens({"foo", "bar"}).hash() !=
        Vocabulary::from_tokens({"foob", "ar"}).hash());
  CHECK(Vocabulary::from_tokens({"foo", "bar"}).hash() == 0xfbf699f6cd737096U);
}

TEST_CASE("bad vocabularies are refused with a reason", "[vocabulary]") {
  const TemporaryFolder folder;
  const auto message = [&](std::string_view text) {
    electra::write_file(folder / "vocab.txt", text);
    return message_of<IoError>([&] { (void)Vocabulary::load(folder / "vocab.txt"); });
  };
  CHECK_THAT(message(""), Contains("vocab.txt") && Contains("empty"));
  CHECK_THAT(message("a\nb\n\xc3\n"), Contains("vocab.txt:3") && Contains("UTF-8"));
  CHECK_THAT(message("a\n\xed\xa0\x80\nb"), Contains("vocab.txt:2"));
  CHECK_THAT(message("[PAD]\n[UNK]\n[SEP]\n[MASK]\n"), Contains("vocab.txt") && Contains("[CLS]"));
  CHECK_THAT(message_of<IoError>([&] { (void)Vocabulary::load(folder / "missing.txt"); }),
             Contains("missing.txt"));
  CHECK_THROWS_AS(Vocabulary::load(folder.path()), IoError);

  const Vocabulary vocabulary = Vocabulary::from_tokens({"a", "b"});
  CHECK_THAT(message_of<electra::Error>([&] { (void)vocabulary.token(2); }), Contains("2"));
  CHECK_THROWS_AS(vocabulary.token(-1), electra::Error);
}

TEST_CASE("tokens that a file cannot hold are not saved", "[vocabulary]") {
  const TemporaryFolder folder;
  for (const char* token : {" a", "a\t", "a\nb", "\xff", "a\u3000"}) {
    const Vocabulary vocabulary = Vocabulary::from_tokens({"x", token});
    CHECK_THAT(message_of<IoError>([&] { vocabulary.save(folder / "vocab.txt"); }),
               Contains("token 1"));
    CHECK(folder.count() == 0);
  }
}
