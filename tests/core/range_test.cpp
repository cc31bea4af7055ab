#include "electra/core/range.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>

#include "core/range.h"
#include "electra/core/error.h"

using namespace electra;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct Case {
  ValueRange range;
  std::string text;
  std::vector<double> in, out;
};

const std::vector<Case> cases{
    {from(0), "0 or more", {0, 1e300}, {-1e-300}},
    {from(1), "1 or more", {1, 2}, {0, 0.999}},
    {above(0), "a positive number", {1e-300, 3}, {0, -1}},
    {above(-2.5), "above -2.5", {-2.4}, {-2.5, -3}},
    {from(0).below(1), "0 or more and below 1", {0, 0.999}, {1, -0.1}},
    {from(5).to(512), "5 to 512", {5, 512}, {4, 513}},
    {above(0).to(1), "above 0 and at most 1", {1, 0.5}, {0, 1.1}},
    {between(0, 1), "between 0 and 1", {0.5, 1e-300}, {0, 1, 2, -1}},
    {ValueRange{}.to(3), "at most 3", {3, -1e300}, {3.1}},
    {ValueRange{}.below(3), "below 3", {2.9}, {3}},
    {ValueRange{}, "any number", {0, 1e308, -1e308}, {}},
    {from(1000000), "1000000 or more", {1000000}, {999999}},
};

}  // namespace

TEST_CASE("a range holds what lies between its ends, and the ends that it says, in words",
          "[range][law]") {
  for (const Case& each : cases) {
    INFO(each.text);
    CHECK(each.range.text() == each.text);
    for (const double value : each.in) CHECK(each.range.contains(value));
    for (const double value : each.out) CHECK_FALSE(each.range.contains(value));
  }
}

TEST_CASE("what is not a finite number is in no range at all", "[range][law]") {
  for (const Case& each : cases)
    for (const double value : {not_a_number, infinity, -infinity})
      CHECK_FALSE(each.range.contains(value));
  CHECK_THROWS_WITH(check_range("x", infinity, from(0)), "x: expected 0 or more, found inf");
  CHECK_THROWS_WITH(check_range("x", -not_a_number, from(0)), "x: expected 0 or more, found nan");
  CHECK_THROWS_WITH(check_range("x", not_a_number, ValueRange{}),
                    "x: expected any number, found nan");
}

TEST_CASE("other words change what a range says, not what it holds", "[range]") {
  const ValueRange seconds = above(0).called("a positive number of seconds");
  CHECK(seconds.text() == "a positive number of seconds");
  CHECK_FALSE(seconds.contains(0));
  CHECK(seconds.contains(0.1));
  CHECK(seconds.to(5).text() == "above 0 and at most 5");  // the words were of another range
}

TEST_CASE("a number out of its range is refused with path, range and the number as it is",
          "[range]") {
  CHECK_THROWS_WITH(check_range("train.batch", std::int64_t{0}, from(1)),
                    "train.batch: expected 1 or more, found 0");
  CHECK_THROWS_AS(check_range("train.batch", 0, from(1)), ConfigError);
  CHECK_THROWS_WITH(check_range("n", std::int64_t{-9007199254740993}, from(1)),
                    "n: expected 1 or more, found -9007199254740993");
  CHECK_THROWS_WITH(check_range("n", std::uint64_t{18446744073709551615U}, from(1).to(9)),
                    "n: expected 1 to 9, found 18446744073709551615");
  CHECK_THROWS_WITH(check_range("p", 1.5F, between(0, 1)),
                    "p: expected between 0 and 1, found 1.5");
  CHECK_THROWS_WITH(check_range("p", 1.1F, between(0, 1)),
                    "p: expected between 0 and 1, found 1.1");
  CHECK_THROWS_WITH(check_range("p", -1e-7, from(0)), "p: expected 0 or more, found -1e-07");
  CHECK_NOTHROW(check_range("p", 0.5F, between(0, 1)));
  CHECK_NOTHROW(check_range("n", 1, from(1)));
}

TEST_CASE("each element of a list must be in the range, and the first that is not is named",
          "[range]") {
  CHECK_THROWS_WITH(check_range("rates", std::vector<double>{0.5, 2, 3}, between(0, 1)),
                    "rates[1]: expected between 0 and 1, found 2");
  CHECK_THROWS_WITH(check_range("sizes", std::vector<std::int64_t>{-1}, from(0)),
                    "sizes[0]: expected 0 or more, found -1");
  CHECK_NOTHROW(check_range("rates", std::vector<double>{}, between(0, 1)));
}

TEST_CASE("a number that is not there is in every range", "[range]") {
  CHECK_NOTHROW(check_range("n", std::optional<std::int64_t>(), from(1)));
  CHECK_NOTHROW(check_range("n", std::optional<std::int64_t>(1), from(1)));
  CHECK_THROWS_WITH(check_range("n", std::optional<std::int64_t>(0), from(1)),
                    "n: expected 1 or more, found 0");
}

TEST_CASE("a number's text is the shortest that reads back, and plain where it is whole",
          "[range][law]") {
  CHECK(number_text(0.1) == "0.1");
  CHECK(number_text(0.1F) == "0.1");
  CHECK(number_text(1000000.0) == "1000000");
  CHECK(number_text(-3.0) == "-3");
  CHECK(number_text(1e300) == "1e+300");
  CHECK(number_text(999999999999999.0) == "999999999999999");
  CHECK(number_text(1e15) == "1e+15");
  for (const double value : {0.1 + 0.2, 1e-300, -123456789.125, 999999999999999.0, 1e15, 3e22})
    CHECK(std::stod(number_text(value)) == value);
}

TEST_CASE("what relates several values is refused in the same form", "[range]") {
  CHECK_NOTHROW(expect(true, "a.b", "at most c", 3));
  CHECK_THROWS_WITH(expect(false, "a.b", "at most c", 3), "a.b: expected at most c, found 3");
  CHECK_THROWS_AS(expect(false, "a.b", "at most c", 3), ConfigError);
}
