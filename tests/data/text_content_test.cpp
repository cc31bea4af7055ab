#include "data/text_content.h"

#include <catch2/catch.hpp>
#include <string>

#include "data/corpora.h"

using namespace electra;
using namespace electra::test;

namespace {

using Kind = TextContent::Kind;

Kind kind_of(const std::string& text) { return content_of(text, true, "text").kind; }

const std::string line = "{\"id\": 1, \"text\": \"a\"}\n";

}  // namespace

TEST_CASE("JSON lines are told by their first lines", "[text_content]") {
  CHECK(kind_of(line) == Kind::json_lines);
  CHECK(kind_of("\xEF\xBB\xBF\n \r\n  " + line) == Kind::json_lines);
  CHECK(kind_of("{\"body\":\"a\"}") == Kind::json_lines);
  CHECK(kind_of("{\"text\": \"broken\n" + line + line) == Kind::json_lines);
  CHECK(kind_of("broken\n" + line + line) == Kind::json_lines);
  CHECK(kind_of("{\"id\":1}\r{\"id\":2}\r") == Kind::json_lines);
  CHECK(content_of("{\"text\": \"" + repeated("x", 1000), false, "text").kind == Kind::json_lines);
}

TEST_CASE("text stays text, however it begins", "[text_content]") {
  for (const std::string text :
       {"", "\n\n", "A sentence.\n", "{Chapter one} It was a dark night.\nIt rained.\n",
        "{\nint x = 0;\n}\n", "[Illustration: a ship]\n\nText\n", "[1]\nA footnote.\n",
        "\"text\": said he\n", "[\"What?\" he said]\nmore\n", "{\"Quoted\" in braces}\nmore\n",
        "A text\nwith one line of JSON:\n{\"text\": 1}\nand more.\n"}) {
    INFO(text);
    CHECK(kind_of(text) == Kind::plain);
  }
}

TEST_CASE("one JSON value that holds everything is none of both", "[text_content]") {
  CHECK(kind_of("[{\"text\": \"a\"}, {\"text\": \"b\"}]\n") == Kind::json);
  CHECK(kind_of("[\n{\"text\": \"a\"},\n{\"text\": \"b\"}\n]\n") == Kind::json);
  CHECK(kind_of("[\n  {\n    \"text\": \"a\"\n  }\n]\n") == Kind::json);
  CHECK(kind_of("{\n  \"text\": \"a\"\n}\n") == Kind::json);
  CHECK(kind_of("[\"a\", \"b\"]\n") == Kind::json);
  CHECK(content_of("[{\"text\": \"" + repeated("x", 1000), false, "text").kind == Kind::json);
}

TEST_CASE("the keys are told of JSON lines without the one that is read", "[text_content]") {
  const auto other = content_of("\n{\"id\":1,\"body\":\"a\"}\n", true, "text");
  CHECK_FALSE(other.has_key);
  CHECK(other.keys == std::vector<std::string>{"id", "body"});
  CHECK(other.first_line == 2);
  CHECK(content_of("\n{\"id\":1,\"body\":\"a\"}\n", true, "body").has_key);
  CHECK(content_of("{\"id\":1}\n" + line, true, "text").has_key);
  CHECK(content_of("{\"text\": \"bro", true, "text").has_key);
}

TEST_CASE("names are read in either case, without what packs the file", "[text_content]") {
  CHECK(kind_by_name("a/b.txt") == NameKind::text);
  CHECK(kind_by_name("B.TXT.GZ") == NameKind::text);
  CHECK(kind_by_name("c.Text.zst") == NameKind::text);
  CHECK(kind_by_name("d.jsonl") == NameKind::json_lines);
  CHECK(kind_by_name("d.ndjson.gz") == NameKind::json_lines);
  CHECK(kind_by_name("e.JSON") == NameKind::json);
  CHECK(kind_by_name("a.b/wiki_00") == NameKind::bare);
  CHECK(kind_by_name("wiki_00.gz") == NameKind::bare);
  CHECK(kind_by_name("f.md") == NameKind::other);
  CHECK(kind_by_name("f.txt.bz2") == NameKind::other);
}
