#include "arguments.h"

#include <array>
#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;
using Kind = OptionInfo::Kind;

namespace {

constexpr auto options = std::to_array<OptionInfo>({
    {.name = "FILE", .help = "a file"},
    {"--count", Kind::integer, "N", "a number"},
    {"--share", Kind::number, "S", "a share"},
    {"--set", Kind::texts, "X", "a value"},
    {"--json", Kind::flag, "", "as JSON"},
});

}  // namespace

TEST_CASE("arguments are what was given, by name and kind", "[arguments]") {
  Arguments arguments(options, {"electra", "some"});
  CHECK_FALSE(arguments.has("--json"));
  CHECK(arguments.text("FILE", "-") == "-");
  CHECK_FALSE(arguments.integer("--count"));
  CHECK_FALSE(arguments.number("--share"));
  CHECK_FALSE(arguments.given("--share"));
  CHECK(arguments.texts("--set").empty());
  arguments.add("FILE", "a b");
  arguments.add("--count", "-12");
  arguments.add("--share", "1e-4");
  arguments.add("--set", "a=1");
  arguments.add("--set", "b=2");
  arguments.add("--json", "true");
  CHECK(arguments.text("FILE") == "a b");
  CHECK(arguments.integer("--count") == -12);
  CHECK(arguments.number("--share") == 1e-4);
  CHECK(arguments.given("--share") == "1e-4");
  CHECK(arguments.texts("--set") == std::vector<std::string>{"a=1", "b=2"});
  CHECK(arguments.has("--json"));
  CHECK(arguments.command().size() == 2);
}

TEST_CASE("a value of another kind is refused by its option", "[arguments]") {
  Arguments arguments(options, {});
  for (const std::string bad : {"", "1.5", "ten", "1 ", "99999999999999999999"})
    CHECK_THAT(message_of<ConfigError>([&] { arguments.add("--count", bad); }),
               Contains("--count: expected a whole number, found \"" + bad + "\""));
  for (const std::string bad : {"", "nan", "inf", "1e999", "0x1", "1,5"})
    CHECK_THAT(message_of<ConfigError>([&] { arguments.add("--share", bad); }),
               Contains("--share: expected a finite number, found \"" + bad + "\""));
}

TEST_CASE("an option that a verb has not, or of another kind, is a mistake of the program",
          "[arguments]") {
  Arguments arguments(options, {});
  CHECK_THROWS_AS(arguments.has("--jsn"), Error);
  CHECK_THROWS_AS(arguments.text("--count"), Error);
  CHECK_THROWS_AS(arguments.add("--other", "1"), Error);
}

TEST_CASE("threads and ranks are numbers from 0", "[arguments]") {
  Arguments arguments(options, {});
  CHECK_FALSE(small_integer(arguments, "--count"));
  arguments.add("--count", "3");
  CHECK(small_integer(arguments, "--count") == 3);
  for (const std::string bad : {"-1", "4294967297"}) {
    arguments.add("--count", bad);
    CHECK_THAT(message_of<ConfigError>([&] { (void)small_integer(arguments, "--count"); }),
               Contains("--count: expected 0 to") && Contains(bad));
  }
}
