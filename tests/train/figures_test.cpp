#include "electra/train/figures.h"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "electra/core/error.h"

using namespace electra;
using Catch::Matchers::Contains;

namespace {

constexpr std::array<Figure, 4> figures{
    {{.key = "loss", .title = "Loss", .label = "loss", .digits = 2},
     {.key = "hidden", .title = "In the log alone"},
     {.key = "accuracy",
      .title = "Accuracy",
      .style = Figure::Style::percent,
      .label = "acc",
      .before = " | "},
     {.key = "recall", .title = "Recall", .label = "rec", .lines = Figure::Shown::evaluation}}};

FigureValues values(std::optional<double> recall = 0.25) {
  return {figures, {1.2345, 9.0, 0.5, recall}, 80};
}

std::string line(const FigureValues& values, Figure::Shown shown) {
  return figures_line(values, shown);
}

}  // namespace

TEST_CASE("values are found by the keys of their figures", "[figures]") {
  FigureValues v = values();
  CHECK(v["accuracy"] == 0.5);
  CHECK(v.at(2) == 0.5);
  CHECK(v.tokens() == 80);
  v.set("accuracy", 0.75);
  CHECK(v["accuracy"] == 0.75);
  CHECK(v["loss"] == 1.2345);
  v.set("accuracy", std::nullopt);
  CHECK_FALSE(v["accuracy"]);
}

TEST_CASE("a key that no figure has is named", "[figures]") {
  FigureValues v = values();
  CHECK_THROWS_WITH(v["auc"], Contains("\"auc\""));
  CHECK_THROWS_WITH(v.set("auc", 1), Contains("\"auc\""));
  CHECK_THROWS_AS(FigureValues{}["loss"], Error);
}

TEST_CASE("a line has the figures with a label, each in its style", "[figures]") {
  CHECK(line(values(), Figure::Shown::everywhere) == "loss 1.23 | acc 50.0%");
  CHECK(line(values(), Figure::Shown::evaluation) == "loss 1.23 | acc 50.0%  rec 0.250");
  CHECK(line(values(std::nullopt), Figure::Shown::evaluation) == "loss 1.23 | acc 50.0%  rec -");
  CHECK(line(FigureValues{}, Figure::Shown::everywhere).empty());
}

TEST_CASE("a line begins with no separator, whichever figure is the first", "[figures]") {
  const FigureValues later{std::span(figures).subspan(1), {9.0, 0.5, 0.25}, 1};
  CHECK(line(later, Figure::Shown::everywhere) == "acc 50.0%");
}

TEST_CASE("NaN is no count of nothing: it stays, above and below", "[figures][law]") {
  const double bad = std::numeric_limits<double>::quiet_NaN();
  for (const auto& [part, whole] : {std::pair{bad, 4.0}, {3.0, bad}, {bad, 0.0}, {bad, bad}}) {
    INFO(part << " of " << whole);
    REQUIRE(ratio(part, whole));
    CHECK(std::isnan(*ratio(part, whole)));
  }
}

TEST_CASE("figures that are not finite are named with their values; absent ones are not",
          "[figures]") {
  CHECK(non_finite_text(values()).empty());
  FigureValues v = values(std::nullopt);
  CHECK(non_finite_text(v).empty());
  v.set("loss", std::numeric_limits<double>::quiet_NaN());
  CHECK(non_finite_text(v) == "loss is not finite (nan)");
  v.set("accuracy", -std::numeric_limits<double>::infinity());
  CHECK(non_finite_text(v) == "loss is not finite (nan); accuracy is not finite (-inf)");
}

TEST_CASE("a part of nothing is absent", "[figures]") {
  CHECK(ratio(3, 4) == 0.75);
  CHECK(ratio(0, 4) == 0.0);
  CHECK_FALSE(ratio(0, 0));
  CHECK_FALSE(ratio(3, 0));
}
