#include "electra/data/batch.h"

#include <bit>
#include <catch2/catch.hpp>

#include "electra/core/error.h"

using namespace electra;
using Catch::Matchers::Contains;

namespace {

using Values = std::vector<std::int32_t>;

/// Three examples of two positions, from the seventh of the step on.
HostBatch three_examples() {
  return {.length = 2,
          .first = 7,
          .ids = {10, 11, 20, 21, 30, 31},
          .types = {0, 1, 0, 0, 1, 1},
          .lengths = {2, 1, 2},
          .columns = {{"label", Column::Per::example, {1, 2, 3}},
                      {"tag", Column::Per::token, {100, 101, 200, 201, 300, 301}}}};
}

}  // namespace

TEST_CASE("a slice has the rows of every part, and knows where in the step it begins", "[batch]") {
  const HostBatch piece = three_examples().slice(1, 2);
  CHECK(piece.count() == 2);
  CHECK(piece.length == 2);
  CHECK(piece.first == 8);
  CHECK(piece.ids == Values{20, 21, 30, 31});
  CHECK(piece.types == Values{0, 0, 1, 1});
  CHECK(piece.lengths == Values{1, 2});
  REQUIRE(piece.columns.size() == 2);
  CHECK(piece.columns[0].per == Column::Per::example);
  CHECK(piece.column("label") == Values{2, 3});
  CHECK(piece.columns[1].per == Column::Per::token);
  CHECK(piece.column("tag") == Values{200, 201, 300, 301});
}

TEST_CASE("a slice of a slice is a slice of the whole", "[batch]") {
  const HostBatch once = three_examples().slice(2, 1);
  const HostBatch twice = three_examples().slice(1, 2).slice(1, 1);
  CHECK(twice.first == once.first);
  CHECK(twice.ids == once.ids);
  CHECK(twice.column("tag") == once.column("tag"));
}

TEST_CASE("a slice may be empty", "[batch]") {
  const HostBatch none = three_examples().slice(3, 0);
  CHECK(none.count() == 0);
  CHECK(none.ids.empty());
  CHECK(none.column("tag").empty());
}

TEST_CASE("more examples than there are cannot be asked for", "[batch]") {
  const HostBatch batch = three_examples();
  CHECK_THROWS_WITH(batch.slice(2, 2), Contains("examples 2 to 4 of 3"));
  CHECK_THROWS_AS(batch.slice(-1, 2), Error);
  CHECK_THROWS_AS(batch.slice(0, -1), Error);
  CHECK_THROWS_AS(batch.slice(4, 0), Error);
}

TEST_CASE("totals count real tokens and sum each column by name", "[batch]") {
  const StepTotals totals = totals_of(three_examples());
  CHECK(totals.tokens == 5);
  CHECK(totals.of("label") == 6);
  CHECK(totals.of("tag") == 1203);
  CHECK(totals_of(HostBatch{}) == StepTotals{});
}

TEST_CASE("totals are sums of those of the parts, and wider than their values", "[batch]") {
  HostBatch batch = three_examples();
  batch.columns[0].values = {2000000000, 2000000000, 2000000000};
  double labels = 0;
  Index tokens = 0;
  for (Index i = 0; i < batch.count(); ++i) {
    const StepTotals part = totals_of(batch.slice(i, 1));
    labels += part.of("label");
    tokens += part.tokens;
  }
  CHECK(totals_of(batch).of("label") == 6000000000);
  CHECK(labels == 6000000000);
  CHECK(tokens == totals_of(batch).tokens);
}

TEST_CASE("a column of f32 keeps its bits, and its total is that of its values", "[batch]") {
  HostBatch batch = three_examples();
  const std::vector<float> targets{0.5F, -0.25F, 3};
  batch.columns = {float_column("target", Column::Per::example, targets)};
  const HostBatch last = batch.slice(1, 2);
  CHECK(last.columns[0].dtype == DType::f32);
  CHECK(std::bit_cast<float>(last.column("target")[0]) == -0.25F);
  CHECK(totals_of(batch).of("target") == 3.25);
  CHECK(totals_of(last).of("target") == 2.75);
}

TEST_CASE("a column with several values an example is cut by examples", "[batch]") {
  HostBatch batch = three_examples();
  batch.columns = {{"labels", Column::Per::example, {1, 2, 3, 4, 5, 6}, 2}};
  const HostBatch last = batch.slice(1, 2);
  CHECK(last.column("labels") == std::vector<std::int32_t>{3, 4, 5, 6});
  CHECK(last.columns[0].width == 2);
  CHECK(totals_of(batch).examples == 3);
}

TEST_CASE("a column that there is not is named", "[batch]") {
  CHECK_THROWS_WITH(three_examples().column("masks"), Contains("no column \"masks\""));
  CHECK_THROWS_WITH(totals_of(three_examples()).of("masks"), Contains("no column \"masks\""));
}

TEST_CASE("a column that is too short is named", "[batch]") {
  HostBatch batch;
  batch.length = 2;
  batch.ids = batch.types = {1, 2, 3, 4};
  batch.lengths = {2, 2};
  batch.columns = {{.name = "labels", .per = Column::Per::token, .values = {1, 2, 3}}};
  CHECK_THROWS_WITH(batch.slice(1, 1),
                    Catch::Matchers::Contains("column \"labels\": expected 4 values, found 3"));
}
