#include "electra/data/corpus.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;
using electra::test::message_of;
using electra::test::TemporaryFolder;

namespace {

using Documents = std::vector<std::vector<std::string>>;

Documents read(const std::filesystem::path& path, CorpusOptions options = {}) {
  CorpusReader reader(path, options);
  Documents documents;
  while (const auto line = reader.next()) {
    if (line->starts_document) documents.emplace_back();
    documents.back().emplace_back(line->text);
  }
  return documents;
}

Documents read_text(const std::string& text, CorpusOptions options = {}) {
  const TemporaryFolder folder;
  write_file(folder / "a.txt", text);
  return read(folder / "a.txt", options);
}

std::string message_for(const std::string& name, const std::string& text) {
  const TemporaryFolder folder;
  write_file(folder / name, text);
  return message_of<IoError>([&] { (void)read(folder / name); });
}

}  // namespace

TEST_CASE("text: a line a sentence, a blank line ends a document", "[corpus]") {
  CHECK(read_text("a b\nc\n\nd\n") == Documents{{"a b", "c"}, {"d"}});
  CHECK(read_text("\n\n \t\na\r\n\r\nb") == Documents{{"a"}, {"b"}});
  CHECK(read_text("\xEF\xBB\xBFone\n") == Documents{{"one"}});
  CHECK(read_text("bad \xff\xfe bytes\n") == Documents{{"bad \xff\xfe bytes"}});
  CHECK(read_text("a\n\nb\n", {.blank_line_ends_document = false}) == Documents{{"a", "b"}});
}

TEST_CASE("JSONL: a document a line, its line feeds end sentences", "[corpus]") {
  const TemporaryFolder folder;
  write_file(folder / "a.jsonl",
             "{\"text\": \"a b\\nc\\r\\n\\nd\", \"id\": 1}\n\n{\"text\": \"\"}\n{\"text\":\"e\"}");
  CHECK(read(folder / "a.jsonl") == Documents{{"a b", "c", "d"}, {"e"}});
}

TEST_CASE("a folder is read recursively, sorted by path", "[corpus]") {
  const TemporaryFolder folder;
  make_folders(folder / "b/deep");
  write_file(folder / "c.txt", "third");
  write_file(folder / "b/deep/x.jsonl", "{\"text\":\"second\"}\n");
  write_file(folder / "a.txt", "first\n");
  write_file(folder / "a.md", "not read\n");
  CHECK(read(folder.path()) == Documents{{"first"}, {"second"}, {"third"}});
  CHECK(CorpusReader(folder.path()).files() ==
        std::vector<std::filesystem::path>{folder / "a.txt", folder / "b/deep/x.jsonl",
                                           folder / "c.txt"});
  CHECK(read(folder.path(), {.blank_line_ends_document = false}).size() == 3);
}

TEST_CASE("what is wrong with a corpus is named", "[corpus]") {
  const TemporaryFolder folder;
  CHECK_THAT(message_of<IoError>([&] { (void)read(folder / "none"); }),
             Contains((folder / "none").string()) && Contains("No such file"));
  CHECK_THAT(message_of<IoError>([&] { (void)read(folder.path()); }),
             Contains(folder.path().string()) && Contains("expected *.txt or *.jsonl"));
  CHECK_THAT(message_for("a.txt", ""), Contains("a.txt") && Contains("expected text, found none"));
  CHECK_THAT(message_for("a.txt", "\n \n\n"), Contains("expected text, found none"));
  CHECK_THAT(message_for("a.jsonl", "{\"text\":\"a\"}\n{\"text\":\n"), Contains("a.jsonl:2"));
  CHECK_THAT(message_for("a.jsonl", "\n{\"body\":\"a\"}\n"),
             Contains("a.jsonl:2") && Contains("\"text\""));
  CHECK_THAT(message_for("a.jsonl", "{\"text\":7}\n"),
             Contains("a.jsonl:1") && Contains("expected a string"));
  CHECK_THAT(message_for("a.jsonl", "[1]\n"), Contains("a.jsonl:1"));
}
