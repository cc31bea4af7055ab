#include "electra/kernels/text_rows.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "electra/core/context.h"
#include "kernels/math/row_places.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;

ConstTensorView view_of(const std::vector<std::int32_t>& values) {
  return {values.data(), {std::ssize(values)}, DType::i32};
}

/// Texts of these lengths, each of so many rows or, packed, of as many as tokens.
struct Texts {
  Index length;
  std::vector<std::int32_t> lengths;
  std::vector<std::int32_t> starts{}, texts{};

  [[nodiscard]] Index batch() const { return std::ssize(lengths); }
  [[nodiscard]] TextRows rows() const {
    TextRows rows{batch(), length, view_of(lengths)};
    if (!starts.empty()) rows.starts = view_of(starts), rows.texts = view_of(texts);
    return rows;
  }
  [[nodiscard]] Texts packed() const {
    Texts packed{length, lengths, {0}};
    for (Index text = 0; text < batch(); ++text) {
      const std::int32_t tokens = lengths[static_cast<std::size_t>(text)];
      packed.texts.insert(packed.texts.end(), static_cast<std::size_t>(tokens),
                          static_cast<std::int32_t>(text));
      packed.starts.push_back(packed.starts.back() + tokens);
    }
    packed.texts.reserve(1);  // not absent where there are none
    return packed;
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
  for (const Texts& form : {texts, texts.packed()}) {
    check_places<Index>(form);
    check_places<int>(form);
  }
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

TEST_CASE("packed texts have as many rows as tokens, one behind the other", "[text_rows]") {
  const Texts texts = Texts{5, {5, 0, 2}}.packed();
  CHECK(texts.rows().count() == 7);
  CHECK((Texts{5, {5, 0, 2}}).rows().count() == 15);
  const auto places = math::row_places<int>(texts.rows());
  CHECK(places.first_row(2) == 5);
  CHECK(places.rows_of(1) == 0);
  CHECK(places.length_of(2) == 2);
  CHECK(places.example_of(6) == 2);
  CHECK(places.place_of(6) == 1);
  CHECK(places.is_real(6));
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

TEST_CASE("packed rows of texts refuse starts and texts that the lengths do not make",
          "[text_rows]") {
  const Texts texts = Texts{3, {2, 0, 3}}.packed();
  check(texts.rows());
  check(Texts{1, {}}.packed().rows());
  check(Texts{1, {0, 0}}.packed().rows());
  const auto refusal = [&](auto change) {
    Texts other = texts;
    change(other);
    try {
      check(other.rows());
    } catch (const ShapeError& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  CHECK_THAT(refusal([](Texts& t) { t.starts.pop_back(); }),
             Contains("some_kernel: rows.starts: expected i32 [4], found i32 [3]"));
  CHECK_THAT(refusal([](Texts& t) { t.starts[1] = 3; }),
             Contains("expected rows.starts[1] of 2, found 3"));
  CHECK_THAT(refusal([](Texts& t) { t.starts[3] = 4; }),
             Contains("expected rows.starts[3] of 5, found 4"));
  CHECK_THAT(refusal([](Texts& t) { t.texts[2] = 1; }),
             Contains("expected rows.texts[2] of 2, found 1"));
  CHECK_THAT(refusal([](Texts& t) { t.lengths[2] = 2; }),
             Contains("expected rows.starts[3] of 4, found 5"));
  CHECK_THAT(refusal([](Texts& t) { t.length = 2; }),
             Contains("in text 2 0 to 2 tokens and no more than there are rows, found 3"));
  CHECK_THAT(refusal([](Texts& t) { t.texts.pop_back(); }),
             Contains("in text 2 0 to 3 tokens and no more than there are rows, found 3"));
  CHECK_THAT(refusal([](Texts& t) { t.texts.push_back(2); }),
             Contains("expected 5 rows, as many as tokens, found 6"));
  TextRows rows = texts.rows();
  rows.texts = {};
  CHECK_THROWS_WITH(check(rows), Contains("rows.texts beside rows.starts, found nothing"));
  rows = texts.rows();
  rows.starts = {};
  CHECK_THROWS_WITH(check(rows), Contains("no rows.texts without rows.starts"));
}

}  // namespace electra
