#include "io/json.h"

#include <array>
#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "support/temporary_folder.h"

namespace electra {
namespace {

using test::message_of;

constexpr std::array<std::string_view, 2> path{"model", "vocab"};

std::string refusal_of(const std::string& text) {
  return message_of<IoError>([&] {
    JsonEntries entries;
    (void)parse_json_object(text, "x.json", path, entries);
  });
}

}  // namespace

TEST_CASE("entries of the object that a path leads to come aside, and nothing else does",
          "[io][json]") {
  const std::string text =
      R"({"vocab":{"a":0},"list":[{"model":{"vocab":{"b":1}}}],"model":{"type":"W",
          "more":{"vocab":{"c":2}},"vocab":{"z":3,"d":[4,{"e":5}],"f":{"g":6}},"last":7},"end":8})";
  JsonEntries entries;
  const Json rest = parse_json_object(text, "x.json", path, entries);
  Json whole = parse_json(text, "x.json");
  CHECK(entries == JsonEntries{{"z", 3}, {"d", Json::parse(R"([4,{"e":5}])")}, {"f", {{"g", 6}}}});
  CHECK(whole["model"]["vocab"].size() == 3);
  whole["model"]["vocab"] = Json::object();
  CHECK(rest == whole);
}

TEST_CASE("a text without the object has no entries aside", "[io][json]") {
  const std::string text =
      GENERATE(R"({})", R"({"model":{"vocab":[1]}})", R"({"model":[{"vocab":{"a":1}}]})",
               R"({"model":3,"vocab":{"a":1}})", R"({"model":{"vocab":{}}})");
  JsonEntries entries;
  CHECK(parse_json_object(text, "x.json", path, entries) == Json::parse(text));
  CHECK(entries.empty());
}

TEST_CASE("a second key is refused by name, aside as elsewhere", "[io][json]") {
  CHECK(refusal_of(R"({"model":{"vocab":{"a":1,"b":2,"a":3}}})") ==
        "x.json: the key \"a\" appears twice");
  CHECK(refusal_of(R"({"model":{"vocab":{"a":{"c":1,"c":2}}}})") ==
        "x.json: the key \"c\" appears twice");
  CHECK(refusal_of(R"({"model":{"type":1,"type":2}})") == "x.json: the key \"type\" appears twice");
}

TEST_CASE("what is no JSON, no object or too deep is refused by the file", "[io][json]") {
  using Catch::Matchers::Contains;
  CHECK_THAT(refusal_of("{\"a\":"), Contains("x.json: not JSON: ") && Contains("column"));
  CHECK_THAT(refusal_of("{\"a\":1e999}"), Contains("x.json: not JSON: number overflow"));
  CHECK(refusal_of("[1]") == "x.json: expected a JSON object, found an array");
  CHECK_NOTHROW(parse_json("{\"a\":" + std::string(63, '[') + std::string(63, ']') + "}", "x"));
  CHECK(refusal_of("{\"a\":" + std::string(64, '[') + std::string(64, ']') + "}") ==
        "x.json: JSON nested deeper than 64");
}

}  // namespace electra
