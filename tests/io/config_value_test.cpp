#include "io/config_value.h"

#include <catch2/catch.hpp>
#include <limits>

#include "electra/core/error.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;
using electra::test::message_of;

namespace {

struct Lists {
  std::vector<std::string> labels{"one"};
  std::vector<double> weights{1};
  std::vector<std::int64_t> sizes{1};
  std::optional<std::int64_t> limit;
  std::optional<double> threshold;

  void fields(auto&& visit) {
    visit("labels", labels, "their names");
    visit("weights", weights, "of the labels", above(0));
    visit("sizes", sizes, "of layers", from(1));
    visit("limit", limit, "at most so many; null: no limit", from(0));
    visit("threshold", threshold, "from where on; null: anywhere", from(-5));
  }
};

using Labels = std::vector<std::string>;

Lists read(const std::string& json) { return config_from_json<Lists>(json, "lists.json"); }
Lists set(std::string_view text) { return with_assignment(Lists{}, text); }

}  // namespace

TEST_CASE("a list is a JSON array that replaces the one before", "[config]") {
  const Lists lists = read(R"({"labels":["a,b","","c"],"weights":[1,0.5],"sizes":[3,4e2]})");
  CHECK(lists.labels == Labels{"a,b", "", "c"});
  CHECK(lists.weights == std::vector<double>{1, 0.5});
  CHECK(lists.sizes == std::vector<std::int64_t>{3, 400});
  CHECK(read(R"({"labels":[],"weights":[],"sizes":[]})").labels.empty());
  CHECK(read("{}").labels == Labels{"one"});
}

TEST_CASE("a number that may be missing is a number or null", "[config]") {
  CHECK(read(R"({"limit":3e2})").limit == 300);
  CHECK(read(R"({"limit":null})").limit == std::nullopt);
  CHECK(set("limit=7").limit == 7);
  CHECK(with_assignment(set("limit=7"), "limit=null").limit == std::nullopt);
  CHECK(read(R"({"threshold":-2.5})").threshold == -2.5);
  CHECK(read(R"({"threshold":3})").threshold == 3);
  CHECK(read("{}").threshold == std::nullopt);
  CHECK(set("threshold=0.1").threshold == 0.1);
  CHECK(with_assignment(set("threshold=0"), "threshold=null").threshold == std::nullopt);
}

TEST_CASE("lists and missing numbers read back what was written", "[config][law]") {
  Lists lists;
  lists.labels = {"a,b", "", "\"", "[", "\n\xC3\xA9", " c "};
  lists.weights = {0.1 + 0.2, -0.0, 1e300, 3};
  lists.sizes = {std::numeric_limits<std::int64_t>::min(), 0,
                 std::numeric_limits<std::int64_t>::max()};
  for (const auto limit : {std::optional<std::int64_t>(), std::optional<std::int64_t>(-3)}) {
    if (limit) lists.threshold = 0.1 + 0.2;
    for (const auto layout : {JsonLayout::indented, JsonLayout::compact}) {
      lists.limit = limit;
      const Lists again = read(config_to_json(lists, layout));
      CHECK(again.labels == lists.labels);
      CHECK(again.weights == lists.weights);
      CHECK(again.sizes == lists.sizes);
      CHECK(again.limit == lists.limit);
      CHECK(again.threshold == lists.threshold);
      for (const ConfigField& field : fields_of(lists)) {  // --set takes what the help shows
        const std::string text = value_text(field.value, layout);
        CHECK(config_hash(with_assignment(lists, field.path + "=" + text)) == config_hash(lists));
      }
    }
  }
}

TEST_CASE("bare text is a list of strings, parted at its commas and at nothing else", "[config]") {
  CHECK(set("labels=a,b").labels == Labels{"a", "b"});
  CHECK(set("labels=a").labels == Labels{"a"});
  CHECK(set("labels=").labels.empty());
  CHECK(set("labels= good , not so good").labels == Labels{" good ", " not so good"});
  CHECK(set("labels=1,true,a=b").labels == Labels{"1", "true", "a=b"});
  CHECK(set("labels=a\",b]").labels == Labels{"a\"", "b]"});
  CHECK(set(R"(labels=["a,b", ""])").labels == Labels{"a,b", ""});
  CHECK(set("labels=[]").labels.empty());
  CHECK(set("weights=[1, 2.5]").weights == std::vector<double>{1, 2.5});
  CHECK(set("sizes=[1,2]").sizes == std::vector<std::int64_t>{1, 2});
}

TEST_CASE("a list that does not fit is refused with path and index", "[config]") {
  struct Case {
    std::string text, says;
  };
  const std::vector<Case> assignments{
      {"labels=a,,b", "labels[1]: expected a text between commas, found none"},
      {"labels=a,", "labels[1]: expected a text between commas, found none"},
      {"labels=,", "labels[0]: expected a text between commas, found none"},
      {"labels=[\"a\"", "not JSON"},
      {"labels=\"a,b\"", "labels: expected a list of strings, found the string \"a,b\""},
      {"labels=[\"a\", 3]", "labels[1]: expected a string, found the number 3"},
      {"weights=1,2", "weights: expected a list of numbers, found the string \"1,2\""},
      {"weights=3", "weights: expected a list of numbers, found the number 3"},
      {"weights=[1", "not JSON"},
      {"weights=[1,[2]]", "weights[1]: expected a number, found an array"},
      {"sizes=[1,2,3.5]",
       "sizes[2]: expected an integer from -9223372036854775808 to "
       "9223372036854775807, found the number 3.5"},
      {"limit=some",
       "limit: expected an integer from -9223372036854775808 to "
       "9223372036854775807, or null, found the string \"some\""},
      {"threshold=some", "threshold: expected a number, or null, found the string \"some\""},
  };
  for (const auto& [text, says] : assignments) {
    INFO(text);
    CHECK_THAT(message_of<ConfigError>([&, t = text] { (void)set(t); }),
               Contains("--set " + text + ": ") && Contains(says));
  }
  const std::vector<Case> files{
      {R"({"labels":"a"})", "labels: expected a list of strings, found the string \"a\""},
      {R"({"labels":{"a":1}})", "labels: expected a list of strings, found an object"},
      {R"({"labels":null})", "labels: expected a list of strings, found null"},
      {R"({"labels":["a",null]})", "labels[1]: expected a string, found null"},
      {R"({"sizes":["1"]})", "sizes[0]: expected an integer"},
  };
  for (const auto& [json, says] : files)
    CHECK_THAT(message_of<ConfigError>([&, j = json] { (void)read(j); }),
               Contains("lists.json: " + says));
}

TEST_CASE("a value that does not fit leaves what was there", "[config]") {
  Lists lists;
  const auto fields = fields_of(lists);
  const Json bad = Json::parse(R"(["a", 3])");
  const auto misfit = store_json(bad, fields[0].value);
  REQUIRE(misfit);
  CHECK(misfit->expected == "a string");
  CHECK(misfit->element == "[1]");
  CHECK(misfit->found == &bad[1]);
  CHECK(lists.labels == Labels{"one"});
  CHECK_FALSE(store_json(Json::parse(R"(["a"])"), fields[0].value));
  CHECK(lists.labels == Labels{"a"});
}

TEST_CASE("the ranges of lists are checked element by element", "[config]") {
  CHECK_NOTHROW(check_ranges(set("weights=[1,2]")));
  CHECK_THROWS_WITH(check_ranges(set("weights=[1,0]")),
                    "weights[1]: expected a positive number, found 0");
  CHECK_THROWS_WITH(check_ranges(set("limit=-1")), "limit: expected 0 or more, found -1");
  CHECK_THROWS_WITH(check_ranges(set("threshold=-6")), Contains("threshold: expected -5 or more"));
  CHECK_NOTHROW(check_ranges(set("threshold=null")));
}
