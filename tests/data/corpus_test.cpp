#include "electra/data/corpus.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "data/corpora.h"
#include "data/packed_text.h"
#include "data/wide_text.h"

using namespace electra;
using namespace electra::test;
using Catch::Matchers::Contains;

TEST_CASE("text: a line a sentence, a blank line ends a document", "[corpus]") {
  CHECK(read_text("a b\nc\n\nd\n") == Documents{{"a b", "c"}, {"d"}});
  CHECK(read_text("\n\n \t\na\r\n\r\nb") == Documents{{"a"}, {"b"}});
  CHECK(read_text("\xEF\xBB\xBFone\n") == Documents{{"one"}});
  CHECK(read_text("bad \xff\xfe bytes\n") == Documents{{"bad \xff\xfe bytes"}});
  CHECK(read_text("a\n\nb\n", {.blank_line_ends_document = false}) == Documents{{"a", "b"}});
  CHECK(read_text("a\rb\r\rc\r") == Documents{{"a", "b"}, {"c"}});
}

TEST_CASE("a line that Python's strip() empties is blank, as in the reference", "[corpus]") {
  for (const char* blank : {"\u00A0", "\u3000", "\u2028", "\u0085", "\x1c", " \u00A0\t\u2003 "})
    CHECK(read_text("a\n" + std::string(blank) + "\nb\n") == Documents{{"a"}, {"b"}});
  for (const char* mark : {"\u200B", "\uFEFF", "\u180E", "\u00AD"})
    CHECK(read_text("a\n" + std::string(mark) + "\nb\n") == Documents{{"a", mark, "b"}});
}

TEST_CASE("JSONL: a document a line, its line feeds end sentences", "[corpus]") {
  CHECK(read_file_as("a.jsonl",
                     "{\"text\": \"a b\\nc\\r\\n\\nd\", \"id\": 1}\n\n{\"text\": \"\"}\n"
                     "{\"text\":\"e\"}") == Documents{{"a b", "c", "d"}, {"e"}});
  CHECK(read_file_as("a.jsonl", "\r\n{\"text\":\"a\\rb\"}\r\n\u00A0\n{\"text\":\"c\"}\r\n") ==
        Documents{{"a", "b"}, {"c"}});
  CHECK(read_file_as("a.jsonl", "\uFEFF{\"text\":\"a\"}\n\uFEFF{\"text\":\"b\"}\n") ==
        Documents{{"a"}, {"b"}});
  CHECK(read_file_as("a.jsonl", "{\"body\":\"a\",\"text\":3}\n", {.text_key = "body"}) ==
        Documents{{"a"}});
}

TEST_CASE("JSON lines are read as that under any name", "[corpus]") {
  const std::string lines = "{\"id\":\"1\",\"text\":\"a\\nb\"}\n{\"id\":\"2\",\"text\":\"c\"}\n";
  for (const char* name : {"wiki_00", "a.txt", "a.json", "a.ndjson", "a.bin", "A.JSONL"}) {
    INFO(name);
    CHECK(read_file_as(name, lines) == Documents{{"a", "b"}, {"c"}});
    CHECK(read_file_as(name, gzip(lines)) == Documents{{"a", "b"}, {"c"}});
  }
  CHECK(read_file_as("a.txt", utf16(U"\ufeff{\"text\":\"\u00e4\"}\n")) == Documents{{"ä"}});
}

TEST_CASE("a corpus may be packed, whatever its name says", "[corpus]") {
  const std::string text = "a\nb\n\nc\n";
  const Documents documents{{"a", "b"}, {"c"}};
  for (const std::string& packed :
       {gzip(text), zstd(text), gzip("a\nb") + gzip("\n\nc"), skippable_frame("") + zstd(text)})
    for (const char* name : {"a.txt", "a.gz", "a.zst", "a.TXT.GZ"}) {
      CHECK(read_file_as(name, packed) == documents);
      CHECK(findings_of(name, packed).unpacked_files == 1);
    }
  CHECK(read_file_as("a.txt.gz", text) == documents);
  CHECK(findings_of("a.txt.gz", text).unpacked_files == 0);
}

TEST_CASE("a folder is read recursively, sorted by path", "[corpus]") {
  const TemporaryFolder folder;
  make_folders(folder / "b/deep");
  write_file(folder / "c.txt", "third");
  write_file(folder / "b/deep/x.jsonl", "{\"text\":\"second\"}\n");
  write_file(folder / "a.txt", "first\n");
  write_file(folder / "a.md", "not read\n");
  CHECK(read_corpus(folder.path()) == Documents{{"first"}, {"second"}, {"third"}});
  CHECK(CorpusReader(folder.path()).files() ==
        std::vector<std::filesystem::path>{folder / "a.txt", folder / "b/deep/x.jsonl",
                                           folder / "c.txt"});
  CHECK(read_corpus(folder.path(), {.blank_line_ends_document = false}).size() == 3);
}

TEST_CASE("what a folder leaves out is told; what is JSON lines by content is read", "[corpus]") {
  const TemporaryFolder folder;
  make_folders(folder / "AA");
  write_file(folder / "AA/wiki_00", "{\"text\":\"a\"}\n");
  write_file(folder / "AA/wiki_01.gz", gzip("{\"text\":\"b\"}\n"));
  write_file(folder / "AA/README", "Not read.\n");
  write_file(folder / "c.json", "{\"text\":\"c\"}\n");
  write_file(folder / "d.JSON", "{\n  \"license\": \"MIT\"\n}\n");
  write_file(folder / "e.json", "{\"license\":\"MIT\"}\n");
  write_file(folder / "f.pdf", "%PDF-1.4\n");
  write_file(folder / "model", std::string("\x7F"
                                           "ELF\x02\x01"));
  write_file(folder / "empty.txt", "");
  write_file(folder / ".DS_Store", "");
  CorpusReader reader(folder.path());
  CHECK(read_all(reader) == Documents{{"a"}, {"b"}, {"c"}});
  const CorpusFindings& f = reader.findings();
  CHECK(f.files == 4);
  CHECK(f.left_out_files == 5);
  CHECK(f.left_out ==
        std::vector<std::string>{
            (folder / "AA/README").string() + ": no JSON lines, and no name that text is read by",
            (folder / "d.JSON").string() + ": no JSON lines",
            (folder / "e.json").string() + ": its objects have no key \"text\""});
  CHECK(f.hidden_files == 1);
  CHECK(f.files_without_text == 1);
}

TEST_CASE("a line without end is read in pieces of one sentence's document", "[corpus]") {
  const std::string words = repeated("word ", 600'000);
  for (const std::string name : {"a.txt", "a.jsonl"}) {
    const bool json = name == "a.jsonl";
    const std::string bytes = json ? "{\"text\":\"" + words + "\"}" : words;
    const Documents documents = read_file_as(name, bytes);
    REQUIRE(documents.size() == 1);
    CHECK(documents[0].size() == 3);
    std::string together;
    for (const std::string& piece : documents[0]) {
      CHECK(piece.size() <= 1 << 20);
      CHECK(piece.ends_with(' '));
      together += piece;
    }
    CHECK(together == words);
    CHECK(findings_of(name, bytes).cut_lines == 1);
  }
  CHECK(read_text("a" + repeated(" ", 3'000'000) + "b\nc\n").size() == 1);
  const Documents documents = read_text(repeated("x", 5'000'000) + "\ny\n\nz\n");
  REQUIRE(documents.size() == 2);
  CHECK(documents[0].size() == 6);
  CHECK(documents[1] == std::vector<std::string>{"z"});
}

TEST_CASE("half a character in JSON text is left out and counted", "[corpus]") {
  const std::string lines = "{\"text\":\"a \\ud83d\"}\n{\"text\":\"b\"}\n";
  CHECK(read_file_as("a.jsonl", lines) == Documents{{"a "}, {"b"}});
  CHECK(findings_of("a.jsonl", lines).lone_surrogates == 1);
  CHECK(findings_of("a.jsonl", lines).bad_lines == 0);
}

TEST_CASE("a corpus counts what it has", "[corpus]") {
  const TemporaryFolder folder;
  write_file(folder / "a.txt", "one\ntwo\n\n\nthree\n");
  write_file(folder / "b.jsonl", "{\"text\":\"a\\nb\"}\n\n{\"text\":\"\"}\n{\"text\":\"c\"}\n");
  CorpusReader reader(folder.path());
  CHECK(read_all(reader).size() == 4);
  CHECK_FALSE(reader.next());
  const CorpusFindings& f = reader.findings();
  CHECK(f.files == 2);
  CHECK(f.bytes == 16 + 42);
  CHECK(f.lines == 9);
  CHECK(f.documents == 4);
  CHECK(f.json_lines == 3);
  CHECK(describe(f).empty());
}

TEST_CASE("what is wrong with a corpus is named", "[corpus]") {
  const TemporaryFolder folder;
  CHECK_THAT(message_of<IoError>([&] { (void)read_corpus(folder / "none"); }),
             Contains((folder / "none").string()) && Contains("No such file"));
  CHECK_THAT(message_of<IoError>([&] { (void)read_corpus(folder.path()); }),
             Contains(folder.path().string()) && Contains("found none"));
  CHECK_THAT(refusal_of("a.txt", ""), Contains("a.txt") && Contains("expected text, found none"));
  CHECK_THAT(refusal_of("a.txt", "\n \n\n"), Contains("expected text, found none"));
  CHECK_THAT(refusal_of("a.gz", gzip("")), Contains("expected text, found none"));
  CHECK_THAT(refusal_of("a.txt", "%PDF-1.5\n"), Contains("a.txt") && Contains("a PDF"));
  CHECK_THAT(refusal_of("a.jsonl", "\n{\"body\":\"a\",\"id\":1}\n{\"body\":\"b\"}\n"),
             Contains("a.jsonl:2") && Contains("\"text\"") &&
                 Contains("found the keys \"body\", \"id\"") && Contains("data.text_key"));
  CHECK_THAT(refusal_of("a.json", "[{\"text\":\"a\"},\n{\"text\":\"b\"}]\n"),
             Contains("a.json") && Contains("one JSON value") && Contains("jq"));
  CHECK_THAT(refusal_of("a.jsonl", "[1]\n"), Contains("a.jsonl:1"));
  CHECK_THAT(refusal_of("a.jsonl", "{\"text\":\"a"), Contains("a.jsonl:1"));
}

TEST_CASE("the starts of all files are checked before long work", "[corpus]") {
  const TemporaryFolder folder;
  write_file(folder / "a.txt", repeated("a sentence\n\n", 20'000));
  write_file(folder / "b.txt", "another\n");
  CHECK_NOTHROW(check_corpus(folder.path(), {}));
  write_file(folder / "b.txt", "PAR1\x15\x04");
  CHECK_THAT(message_of<IoError>([&] { check_corpus(folder.path(), {}); }),
             Contains("b.txt") && Contains("Parquet"));
  write_file(folder / "b.txt", repeated("M\xfcller fl\xfcsterte\n", 5'000));
  CHECK_THAT(message_of<IoError>([&] { check_corpus(folder.path(), {}); }),
             Contains("b.txt") && Contains("UTF-8"));
  CHECK_NOTHROW(check_corpus(folder.path(), {.encoding = "latin-1"}));
  write_file(folder / "b.txt", "\n");
  CHECK_NOTHROW(check_corpus(folder.path(), {}));
  CHECK_THAT(message_of<IoError>([&] { check_corpus(folder / "b.txt", {}); }),
             Contains("expected text, found none"));
}
