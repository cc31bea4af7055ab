#include "electra/core/finite.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <vector>

#include "electra/core/error.h"

using namespace electra;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

template <class T>
std::optional<NonFinite> found_in(const std::vector<T>& values, std::size_t shift = 0) {
  std::vector<std::byte> bytes(shift + values.size() * sizeof(T));
  std::ranges::copy(std::as_bytes(std::span(values)), bytes.begin() + static_cast<Index>(shift));
  return first_non_finite(std::span(bytes).subspan(shift), dtype_of<T>());
}

template <class T>
void check_every_place() {
  for (const double bad : {not_a_number, -not_a_number, infinity, -infinity})
    for (const std::size_t place : {0, 1, 1023, 1024, 1025, 2999}) {
      INFO(bad << " at " << place);
      std::vector<T> values(3000, std::numeric_limits<T>::max());
      CHECK_FALSE(found_in(values));
      values[place] = static_cast<T>(bad);
      values.back() = static_cast<T>(place == 2999 ? bad : infinity);
      const auto found = found_in(values, place % 4);
      REQUIRE(found);
      CHECK(found->index == static_cast<Index>(place));
      CHECK((found->value == bad || (found->value != found->value && bad != bad)));
    }
}

}  // namespace

TEST_CASE("the first value that is not finite is found, wherever it is and the bytes begin",
          "[finite][law]") {
  check_every_place<float>();
  check_every_place<double>();
  CHECK_FALSE(found_in(std::vector<float>{}));
  CHECK_THROWS_AS(found_in(std::vector<std::int32_t>{1}), Error);
}

TEST_CASE("a value that is not finite is told with its row and column", "[finite]") {
  CHECK(to_string(NonFinite{.index = 23, .value = not_a_number}, {3, 10}) == "nan at [2, 3]");
  CHECK(to_string(NonFinite{.index = 7, .value = -not_a_number}, {10}) == "nan at [7]");
  CHECK(to_string(NonFinite{.index = 23, .value = -infinity}, {2, 3, 4}) == "-inf at [1, 2, 3]");
}
