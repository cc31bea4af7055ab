#include "electra/io/json_lines.h"

#include <catch2/catch.hpp>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "electra/core/error.h"
#include "io/json.h"

using namespace electra;
using Catch::Matchers::Contains;

namespace {

/// The text of a line that must be a document.
std::string text_of(std::string_view line, std::string_view key = "text") {
  const JsonLine read = read_json_line(line, key);
  CHECK(read.problem.empty());
  CHECK(read.is_object);
  CHECK(read.has_key);
  return read.text;
}

/// What a strict parser finds under "text"; nothing if the line is not JSON or has no such string.
std::optional<std::string> strict_text_of(const std::string& line) {
  try {
    const Json object = parse_json_object(line, "line");
    if (object.contains("text") && object["text"].is_string()) return object["text"];
  } catch (const IoError&) {
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("what a strict parser reads is read alike, however a line is damaged",
          "[json_lines][law]") {
  const std::string line =
      R"({"id": [1, -2.5e3, true, {"a": null, "b": {}}], "text": "a\"b\u00e9\n \ud83d\ude00", "c": ""})";
  const std::string pieces = "{}[]\",:\\ un0\xc3";
  std::mt19937 random(1);
  int read = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string damaged = line;
    for (auto change = random() % 3; change > 0; --change) {
      const std::size_t place = random() % damaged.size();
      if (random() % 2 == 0)
        damaged.erase(place, 1 + random() % 3);
      else
        damaged.insert(place, 1, pieces[random() % pieces.size()]);
      if (damaged.empty()) break;
    }
    const auto strict = strict_text_of(damaged);
    const JsonLine found = read_json_line(damaged, "text");
    if (!strict) continue;
    ++read;
    if (found.problem.empty() && found.text == *strict) continue;
    INFO(damaged);
    CHECK(found.problem == "");
    CHECK(found.text == *strict);
  }
  CHECK(read > 12'000);
}

TEST_CASE("the text of a JSONL document is unescaped", "[json_lines]") {
  CHECK(text_of(R"({"text":"a"})") == "a");
  CHECK(text_of(R"( { "text" : "a\nb \u00e9\ud83d\ude00" } )"
                "\r") == "a\nb \xC3\xA9\xF0\x9F\x98\x80");
  CHECK(text_of(R"({"text":"\"\\\/\b\f\n\r\t\u20AC"})") == "\"\\/\b\f\n\r\t\xE2\x82\xAC");
  CHECK(text_of(R"({"text":""})").empty());
  CHECK(text_of(R"({"text":"a\u0000b"})") == std::string("a\0b", 3));
  CHECK(text_of(R"({"te\u0078t":"a"})") == "a");
  CHECK(text_of(R"({"body":"a","text":1})", "body") == "a");
  CHECK(text_of("\xEF\xBB\xBF{\"text\":\"a\"}") == "a");
}

TEST_CASE("what is not read of a line costs nothing", "[json_lines]") {
  for (const std::string other :
       {R"("n":NaN)", R"("n":-Infinity)", R"("n":[1e999,{"x":null,"y":[]}])", R"("n":1,"n":2)",
        R"("n":{"a":1,"a":{},"text":7})", R"("n":"\ud800 \x \u12")", "\"n\":\"\xff\xed\xa0\x80\"",
        "\"\xff\":true", "\"n\":\"a\tb\"", R"("":[[],[[]]])", R"("n":00012)"}) {
    INFO(other);
    CHECK(text_of("{" + other + ",\"text\":\"a\"}") == "a");
    CHECK(text_of("{\"text\":\"a\"," + other + "}") == "a");
  }
  CHECK(text_of("{\"n\":" + std::string(500, '[') + std::string(500, ']') + ",\"text\":\"a\"}") ==
        "a");
}

TEST_CASE("half a surrogate pair is left out of a text, other bytes are passed on",
          "[json_lines]") {
  CHECK(text_of(R"({"text":"a\ud83d"})") == "a");
  CHECK(text_of(R"({"text":"a\ud83db"})") == "ab");
  CHECK(text_of(R"({"text":"a\ude00\ud83d\ud83d\ude00b"})") ==
        "a\xF0\x9F\x98\x80"
        "b");
  CHECK(text_of(R"({"text":"\ud83d\n\ud83d\u0041"})") == "\nA");
  CHECK(text_of("{\"text\":\"a\xff\xfe\xed\xa0\x80\"}") == "a\xff\xfe\xed\xa0\x80");
  CHECK(text_of("{\"text\":\"a\tb\x01\"}") == "a\tb\x01");
}

TEST_CASE("a line that is no document says why", "[json_lines]") {
  struct Case {
    std::string line, says;
    bool is_object = false;
  };
  const std::vector<Case> cases{
      {"", "expected a JSON object, found the line's end"},
      {"plain text", "expected a JSON object, found \"plain text\""},
      {R"({"text":"a")", "expected '}', found the line's end"},
      {R"({"text":"a"} x)", "expected the line's end, found \"x\""},
      {R"({"text":"a"}{"text":"b"})", "expected the line's end"},
      {R"({"text":"a"},)", "expected the line's end, found \",\""},
      {R"({"text":"a)", "a string has no end"},
      {R"({"text":"a\)", "a string has no end"},
      {R"({"text":"a\"})", "a string has no end"},
      {R"({"text":"a",})", "expected a string, found \"}\""},
      {R"({'text':'a'})", "expected a string"},
      {R"({"text" "a"})", "expected ':'"},
      {R"({"text":"a","n":})", "expected a value"},
      {R"({"text":"a","n":nope})", "expected a value"},
      {R"({"text":"a","n":[1 2]})", "expected ']'"},
      {R"(["text"])", "expected a JSON object, found \"[\\\"text\\\"]\""},
      {"null", "expected a JSON object"},
      {"{}", "expected the key \"text\", found none", true},
      {R"({"body":"a"})", "expected the key \"text\", found none", true},
      {R"({"meta":{"text":"a"}})", "expected the key \"text\", found none", true},
      {R"({"text":3})", "expected a string as \"text\", found a number", true},
      {R"({"text":null})", "found null", true},
      {R"({"text":NaN})", "found NaN", true},
      {R"({"text":["a"]})", "found an array", true},
      {R"({"text":{}})", "found an object", true},
      {R"({"text":"a","text":"b"})", "the key \"text\" appears twice", true},
      {R"({"text":"a\x"})", "is none of JSON's", true},
      {R"({"text":"a\u12g4"})", "four hexadecimal digits", true},
      {"{\"text\":" + std::string(100'000, '['), "nested deeper than 512"},
      {"{\"n\":" + std::string(100'000, '{'), "expected a string"},
  };
  for (const auto& [line, says, is_object] : cases) {
    INFO(line.substr(0, 60));
    const JsonLine read = read_json_line(line, "text");
    CHECK_THAT(read.problem, Contains(says));
    CHECK(read.is_object == is_object);
    CHECK(read.text.empty());
  }
}

TEST_CASE("the first keys of an object are told", "[json_lines]") {
  CHECK(read_json_line(R"({"id":1,"body":"a","n":[]})", "text").keys ==
        std::vector<std::string>{"id", "body", "n"});
  CHECK(read_json_line(R"({"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1})", "text")
            .keys.size() == 8);
}
