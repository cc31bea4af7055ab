#include "electra/io/json_lines.h"

#include <catch2/catch.hpp>
#include <string>

#include "electra/core/error.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using electra::test::message_of;

TEST_CASE("the text of a JSONL document is unescaped, other keys are ignored", "[json_lines]") {
  const FileLine where{"corpus.jsonl", 3};
  CHECK(text_of_json_line(R"({"text":"a"})", where) == "a");
  CHECK(text_of_json_line(R"( {"meta":{"text":1,"x":[{}]},"text":"a\nb \u00e9\ud83d\ude00"} )"
                          "\r",
                          where) == "a\nb \xC3\xA9\xF0\x9F\x98\x80");
  CHECK(text_of_json_line(R"({"text":""})", where).empty());
  CHECK(text_of_json_line(R"({"text":"a\u0000b"})", where) == std::string("a\0b", 3));
}

TEST_CASE("a line that is no document is refused with file and line", "[json_lines]") {
  struct Case {
    std::string line, says;
  };
  const std::vector<Case> cases{
      {"", "not JSON"},
      {"plain text", "not JSON"},
      {R"({"text":"a")", "not JSON"},
      {R"({"text":"a"} x)", "not JSON"},
      {"{\"text\":\"\xff\xfe\"}", "not JSON"},
      {"{\"text\":\"\xed\xa0\x80\"}", "not JSON"},
      {R"({"text":"\ud800"})", "not JSON"},
      {R"({"text":1e999})", "not JSON"},
      {std::string("{\"text\":\"a\0b\"}", 14), "not JSON"},
      {R"(["text"])", "expected a JSON object, found an array"},
      {"null", "expected a JSON object, found null"},
      {R"({"body":"a"})", "expected the key \"text\", found none"},
      {R"({"text":3})", "expected a string as \"text\", found the number 3"},
      {R"({"text":null})", "found null"},
      {R"({"text":["a"]})", "found an array"},
      {R"({"text":"a","text":"b"})", "the key \"text\" appears twice"},
      {"{\"text\":" + std::string(100'000, '['), "nested deeper than 64"},
  };
  for (const auto& [line, says] : cases) {
    INFO(line.substr(0, 60));
    const auto message = message_of<IoError>([&] {
      (void)text_of_json_line(line, {"corpus.jsonl", 7});
    });
    CHECK_THAT(message, StartsWith("corpus.jsonl:7: ") && Contains(says));
  }
}
