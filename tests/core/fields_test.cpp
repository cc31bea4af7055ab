#include "electra/core/fields.h"

#include <catch2/catch.hpp>
#include <limits>

#include "electra/core/error.h"

using namespace electra;

namespace {

struct Inner {
  double share = 0.5;
  std::vector<double> rates = {0.1};

  void fields(auto&& visit) {
    visit("share", share, "of all", between(0, 1));
    visit("rates", rates, "one after the other", from(0));
  }
};

struct Outer {
  int count = 3;
  std::string name = {};
  bool flag = false;
  Inner inner = {};
  std::optional<std::int64_t> limit = {};
  double free = 0;  // of any value

  void fields(auto&& visit) {
    visit("count", count, "how many", from(1).to(9));
    visit("name", name, "without a range");
    visit("flag", flag, "without a range");
    visit("inner", inner, "nested");
    visit("limit", limit, "at most", above(0));
    visit("free", free, "any number");
  }
};

struct NotAConfig {
  int fields = 0;
};

static_assert(Config<Outer> && Config<Inner> && !Config<NotAConfig> && !Config<int>);

std::string refusal(const Outer& config, const std::string& prefix = {}) {
  try {
    check_ranges(config, prefix);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("every value with a range is held to it, nested ones under their dotted paths",
          "[fields][law]") {
  CHECK(refusal({}) == "");
  CHECK(refusal({.count = 0}) == "count: expected 1 to 9, found 0");
  CHECK(refusal({.count = 10}) == "count: expected 1 to 9, found 10");
  CHECK(refusal({.inner = {.share = 1}}) == "inner.share: expected between 0 and 1, found 1");
  CHECK(refusal({.inner = {.rates = {1, 2, -3}}}) ==
        "inner.rates[2]: expected 0 or more, found -3");
  CHECK(refusal({.limit = 0}) == "limit: expected a positive number, found 0");
  CHECK(refusal({.limit = 1}) == "");
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(refusal({.inner = {.share = nan}}) == "inner.share: expected between 0 and 1, found nan");
}

TEST_CASE("a value without a range may be anything", "[fields]") {
  CHECK(refusal({.free = -1e300}) == "");
}

TEST_CASE("the first in the order of the fields is named", "[fields]") {
  CHECK(refusal({.count = 0, .inner = {.share = 7}}) == "count: expected 1 to 9, found 0");
}

TEST_CASE("a part that is checked alone has its own place before every path", "[fields]") {
  CHECK(refusal({.inner = {.share = 1}}, "model.") ==
        "model.inner.share: expected between 0 and 1, found 1");
}
