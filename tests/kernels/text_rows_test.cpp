#include "electra/kernels/text_rows.h"

#include <catch2/catch.hpp>
#include <vector>

#include "electra/core/context.h"
#include "kernels/math/row_places.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;

/// Texts of these lengths, each of so many rows.
struct Texts {
  Index length;
  std::vector<std::int32_t> lengths;

  [[nodiscard]] Index batch() const { return std::ssize(lengths); }
  [[nodiscard]] TextRows rows() const {
    return {batch(), length, {lengths.data(), {batch()}, DType::i32}};
  }
};

void check(const TextRows& rows) {
  const auto context = Context::create({}, {.threads = 1});
  rows.check(Checker("some_kernel", *context, Where::here()));
}

/// What every form of rows owes: each row is at one place of one example, in order, and a text's
/// tokens come before its padding.
template <class I>
void check_places(const Texts& texts) {
  const auto places = math::row_places<I>(texts.rows());
  I row = 0, tokens = 0;
  for (I example = 0; example < texts.batch(); ++example) {
    CHECK(places.first_row(example) == row);
    CHECK(places.length_of(example) <= places.rows_of(example));
    CHECK(places.rows_of(example) <= places.length);
    for (I place = 0; place < places.rows_of(example); ++place, ++row) {
      REQUIRE(places.example_of(row) == example);
      REQUIRE(places.place_of(row) == place);
      REQUIRE(places.first_row(places.example_of(row)) + places.place_of(row) == row);
      REQUIRE(places.is_real(row) == (place < places.length_of(example)));
      tokens += places.is_real(row) ? 1 : 0;
    }
  }
  CHECK(row == texts.rows().count());
  I expected = 0;
  for (const std::int32_t n : texts.lengths) expected += n;
  CHECK(tokens == expected);
}

}  // namespace

TEST_CASE("each row is at one place of one text, and knows whether it is a token",
          "[text_rows][law]") {
  const Texts texts = GENERATE(Texts{1, {1}}, Texts{7, {7, 0, 3}}, Texts{5, {1, 5, 4, 0, 2}},
                               Texts{3, {}}, Texts{512, {512, 1, 300}});
  CAPTURE(texts.length, texts.batch());
  check_places<Index>(texts);
  check_places<int>(texts);
}

TEST_CASE("padded texts have as many rows each, the text's number times that apart",
          "[text_rows]") {
  const Texts texts{5, {5, 2, 0}};
  const auto places = math::row_places<Index>(texts.rows());
  CHECK(places.first_row(2) == 10);
  CHECK(places.rows_of(1) == 5);
  CHECK(places.length_of(1) == 2);
  CHECK(places.example_of(7) == 1);
  CHECK(places.place_of(7) == 2);
  CHECK_FALSE(places.is_real(7));
}

TEST_CASE("a text has no fewer tokens than none and no more than rows, whatever lengths hold",
          "[text_rows]") {
  const Texts texts{4, {-3, 9}};
  const auto places = math::row_places<int>(texts.rows());
  CHECK(places.length_of(0) == 0);
  CHECK(places.length_of(1) == 4);
  for (int row = 0; row < 8; ++row) CHECK(places.is_real(row) == (row >= 4));
}

TEST_CASE("rows are counted up to the last that a number of 32 bits holds", "[text_rows]") {
  const math::RowPlaces<int> places{.length = 65536};
  constexpr int last = 0x7fffffff;
  CHECK(places.example_of(last) == 32767);
  CHECK(places.place_of(last) == 65535);
}

TEST_CASE("rows of texts refuse what does not fit", "[text_rows]") {
  const Texts texts{3, {1, 2}};
  check(texts.rows());
  check(Texts{3, {}}.rows());
  TextRows rows = texts.rows();
  rows.length = 0;
  CHECK_THROWS_WITH(check(rows), Contains("some_kernel: expected rows of 0 or more texts, each of "
                                          "length 1 or more, found 2 of length 0"));
  rows = texts.rows();
  rows.batch = -1;
  CHECK_THROWS_WITH(check(rows), Contains("found -1 of length 3"));
  rows.batch = 3;
  CHECK_THROWS_WITH(check(rows), Contains("rows.lengths: expected i32 [3], found i32 [2]"));
  rows.lengths = {};
  CHECK_THROWS_WITH(check(rows), Contains("rows.lengths: expected i32 [3], found nothing"));
  const std::vector<float> wrong{1, 2};
  CHECK_THROWS_WITH(check({2, 3, {wrong.data(), {2}, DType::f32}}),
                    Contains("rows.lengths: expected i32 [2], found f32 [2]"));
}

}  // namespace electra
