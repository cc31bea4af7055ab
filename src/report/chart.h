#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace electra {

/// How numbers of an axis are written: 0.25, 2.5e-4; 25 %; 12k.
enum class NumberStyle { plain, percent, count };

/// One line of a chart. A point without y is a gap.
struct Curve {
  struct Point {
    double x = 0;
    std::optional<double> y;
  };
  enum class Marks { none, dots };

  std::string label;
  std::string css_class;  // its colour
  Marks marks = Marks::none;
  std::vector<Point> points;

  [[nodiscard]] bool empty() const;
};

/// A line across the chart that a reader compares with.
struct ReferenceLine {
  double y = 0;
  std::string label;
};

struct Chart {
  enum class Scale { linear, logarithmic };  // logarithmic where values span a factor above 20
  enum class Start { data, zero };

  std::string title;
  std::string unit = {};
  NumberStyle style = NumberStyle::plain;
  Scale scale = Scale::linear;
  Start start = Start::data;
  std::optional<ReferenceLine> reference = {};
  std::vector<double> marked_steps = {};  // vertical lines: where the run was resumed
  std::vector<Curve> curves = {};
};

/// An HTML figure: title with unit, legend, and the curves over the step with axes and round ticks.
/// Empty if no curve has a point.
[[nodiscard]] std::string figure_html(const Chart& chart);

/// Round numbers (1, 2 or 5 times a power of ten apart), about `count` of them, that enclose
/// [low, high]. Requires low < high, both finite.
[[nodiscard]] std::vector<double> round_ticks(double low, double high, int count);

/// With this many digits after the point; the same in every locale.
[[nodiscard]] std::string fixed(double value, int decimals);
/// As an axis has it; `spacing` is the smallest difference to show.
[[nodiscard]] std::string number_text(double value, double spacing, NumberStyle style);

/// Text that is safe between tags and in quoted attributes.
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace electra
