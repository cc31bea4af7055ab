#include "report/chart.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <string>

using namespace electra;
using Catch::Matchers::Contains;

TEST_CASE("ticks are round, even and enclose the values", "[report][law]") {
  CHECK(round_ticks(0, 10, 5) == std::vector<double>{0, 2, 4, 6, 8, 10});
  CHECK(round_ticks(-3, 9, 5) == std::vector<double>{-5, 0, 5, 10});
  std::mt19937 random(3);
  std::uniform_real_distribution<double> uniform(-1, 1);
  for (int round = 0; round < 2000; ++round) {
    const double low = uniform(random) * std::pow(10.0, 8 * uniform(random));
    const double high = low + std::pow(10.0, 6 * uniform(random)) * std::max(1.0, std::abs(low));
    const auto ticks = round_ticks(low, high, 5);
    INFO(low << " to " << high);
    REQUIRE(ticks.size() >= 3);
    REQUIRE(ticks.size() <= 8);
    const double step = ticks[1] - ticks[0];
    CHECK(ticks.front() <= low + step * 1e-6);
    CHECK(ticks.back() >= high - step * 1e-6);
    CHECK(ticks.front() > low - step);
    CHECK(ticks.back() < high + step);
    const double digit = step / std::pow(10.0, std::floor(std::log10(step) + 1e-6));
    CHECK((std::abs(digit - 1) < 1e-3 || std::abs(digit - 2) < 1e-3 || std::abs(digit - 5) < 1e-3));
  }
}

TEST_CASE("numbers are written as short as their axis allows", "[report]") {
  CHECK(number_text(0.25, 0.05, NumberStyle::plain) == "0.25");
  CHECK(number_text(20, 5, NumberStyle::plain) == "20");
  CHECK(number_text(3e-4, 1e-4, NumberStyle::plain) == "3e-4");
  CHECK(number_text(1.5e-4, 5e-5, NumberStyle::plain) == "1.5e-4");
  CHECK(number_text(1e-18, 1e-4, NumberStyle::plain) == "0");
  CHECK(number_text(0.15, 0.05, NumberStyle::percent) == "15\u2009%");
  CHECK(number_text(412000, 100000, NumberStyle::count) == "412k");
  CHECK(number_text(2500, 500, NumberStyle::count) == "2.5k");
  CHECK(number_text(1.5e6, 5e5, NumberStyle::count) == "1.5M");
  CHECK(fixed(NAN, 2) == "–");
}

TEST_CASE("text cannot leave its place in the page", "[report]") {
  CHECK(escaped("<b a='1' b=\"2\">&\n") == "&lt;b a=&#39;1&#39; b=&quot;2&quot;&gt;&amp; ");
}

TEST_CASE("curves run from axis to axis, with gaps where a value is missing", "[report]") {
  Chart chart{.title = "Loss <1>", .unit = "nats"};
  CHECK(figure_html(chart).empty());
  chart.curves.push_back({.label = "training", .css_class = "train", .points = {{0, {}}}});
  CHECK(figure_html(chart).empty());
  chart.curves[0].points = {{0, 0.0}, {50, 5.0}, {60, {}}, {100, 10.0}};
  const auto html = figure_html(chart);
  CHECK_THAT(html, Contains("d=\"M54.0 228.0L300.0 119.0M546.0 10.0\""));
  CHECK_THAT(html, Contains("<circle cx=\"546.0\" cy=\"10.0\""));  // a point alone is a dot
  CHECK_THAT(html, !Contains("<circle cx=\"54.0\""));
  CHECK_THAT(html, Contains("Loss &lt;1&gt;") && !Contains("<1>"));
  CHECK_THAT(html, Contains(">training</span>"));
}

TEST_CASE("a constant curve and wide ranges have axes too", "[report]") {
  Chart chart{.title = "t",
              .scale = Chart::Scale::logarithmic,
              .marked_steps = {5},
              .curves = {{.label = "a", .css_class = "train", .points = {{1, 2.0}, {9, 2.0}}}}};
  CHECK_THAT(figure_html(chart), Contains("resumed") && !Contains("–"));
  chart.curves[0].points = {{1, 5e-4}, {9, 5e-4 * (1 + 1e-15)}};
  CHECK(figure_html(chart).size() < 5000);
  chart.curves[0].points = {{1, 0.5}, {9, 3000.0}};
  const auto html = figure_html(chart);
  CHECK_THAT(html, Contains(">0.1</text>") && Contains(">10</text>") && Contains(">10000</text>"));
  chart.curves[0].points = {{1, 0.0}, {9, 3000.0}};  // zero has no logarithm
  CHECK_THAT(figure_html(chart), Contains(">3000</text>") && Contains(">0</text>"));
  chart.start = Chart::Start::zero;
  chart.curves[0].points = {{1, 40.0}, {9, 41.0}};
  CHECK_THAT(figure_html(chart), Contains(">0</text>"));
}
