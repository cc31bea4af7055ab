#include "report/chart.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace electra {
namespace {

constexpr double width = 560, height = 268;
constexpr double left = 54, right = 14, top = 10, bottom = 40;

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void include(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
};

/// A mapping from values to pixels, with its ticks.
class Axis {
 public:
  Axis(std::vector<double> ticks, Chart::Scale scale, double first_pixel, double last_pixel)
      : ticks_(std::move(ticks)), scale_(scale), first_(first_pixel), last_(last_pixel) {}

  const std::vector<double>& ticks() const { return ticks_; }
  /// The smallest difference that the label of this tick must show.
  double spacing_at(double tick) const {
    return scale_ == Chart::Scale::logarithmic ? tick : ticks_[1] - ticks_[0];
  }
  double at(double value) const {
    const double low = place(ticks_.front());
    return first_ + (place(value) - low) / (place(ticks_.back()) - low) * (last_ - first_);
  }

 private:
  double place(double value) const {
    return scale_ == Chart::Scale::logarithmic ? std::log10(value) : value;
  }

  std::vector<double> ticks_;
  Chart::Scale scale_;
  double first_, last_;
};

/// 1, 10, 100, … or, over few decades, 1, 2, 5, 10, …
std::vector<double> logarithmic_ticks(double low, double high) {
  const int first = static_cast<int>(std::floor(std::log10(low)));
  const int last = static_cast<int>(std::ceil(std::log10(high)));
  std::vector<double> ticks;
  for (int decade = first; decade <= last; ++decade)
    for (const double digit : {1.0, 2.0, 5.0})
      if (digit == 1.0 || last - first <= 2) ticks.push_back(digit * std::pow(10.0, decade));
  const auto above = [](double limit) { return [=](double tick) { return tick > limit; }; };
  const auto begin = std::find_if(ticks.begin(), ticks.end(), above(low * (1 + 1e-9)));
  ticks.erase(ticks.begin(), begin == ticks.begin() ? begin : begin - 1);
  const auto end = std::find_if(ticks.begin(), ticks.end(), above(high * (1 - 1e-9)));
  if (end != ticks.end()) ticks.erase(end + 1, ticks.end());
  if (ticks.size() < 2) ticks.push_back(ticks.back() * 10);
  return ticks;
}

/// A range that is no wider than rounding has no ticks of its own.
Range widened(Range range) {
  const double largest = std::max(std::abs(range.low), std::abs(range.high));
  if (range.high - range.low > 1e-9 * largest) return range;
  const double margin = range.low == 0 ? 1.0 : std::abs(range.low) * 0.1;
  return {range.low - margin, range.high + margin};
}

Axis y_axis(const Chart& chart) {
  Range range;
  if (chart.reference) range.include(chart.reference->y);
  if (chart.start == Chart::Start::zero) range.include(0);
  for (const Curve& curve : chart.curves)
    for (const auto& point : curve.points)
      if (point.y) range.include(*point.y);
  const bool logarithmic =
      chart.scale == Chart::Scale::logarithmic && range.low > 0 && range.high / range.low > 20;
  range = widened(range);
  return {logarithmic ? logarithmic_ticks(range.low, range.high)
                      : round_ticks(range.low, range.high, 5),
          logarithmic ? Chart::Scale::logarithmic : Chart::Scale::linear, height - bottom, top};
}

/// From step 0 to the last step, which need not be a tick.
Axis x_axis(const Chart& chart) {
  Range range{0, 1};
  for (const Curve& curve : chart.curves)
    for (const auto& point : curve.points) range.include(point.x);
  return {round_ticks(range.low, range.high, 6), Chart::Scale::linear, left, width - right};
}

std::string text_at(double x, double y, const char* css_class, const std::string& text) {
  return "<text x=\"" + fixed(x, 1) + "\" y=\"" + fixed(y, 1) + "\" class=\"" + css_class + "\">" +
         escaped(text) + "</text>";
}

std::string line(double x1, double y1, double x2, double y2, const char* css_class) {
  return "<line x1=\"" + fixed(x1, 1) + "\" y1=\"" + fixed(y1, 1) + "\" x2=\"" + fixed(x2, 1) +
         "\" y2=\"" + fixed(y2, 1) + "\" class=\"" + css_class + "\"/>";
}

std::string axes_svg(const Chart& chart, const Axis& x, const Axis& y) {
  std::string svg;
  for (std::size_t i = 0; i < y.ticks().size(); ++i) {
    const double tick = y.ticks()[i];
    svg += line(left, y.at(tick), width - right, y.at(tick), i == 0 ? "axis" : "grid");
    svg +=
        text_at(left - 7, y.at(tick) + 4, "y", number_text(tick, y.spacing_at(tick), chart.style));
  }
  for (const double tick : x.ticks()) {
    svg += line(x.at(tick), height - bottom, x.at(tick), height - bottom + 4, "axis");
    svg += text_at(x.at(tick), height - bottom + 17, "x",
                   number_text(tick, x.spacing_at(tick), NumberStyle::count));
  }
  return svg + text_at((left + width - right) / 2, height - 5, "x", "step");
}

std::string marks_svg(const Chart& chart, const Axis& x, const Axis& y) {
  std::string svg;
  if (chart.reference) {
    const double at = y.at(chart.reference->y);
    svg += line(left, at, width - right, at, "reference");
    svg += text_at(width - right - 4, at - 5, "y note", chart.reference->label);
  }
  for (const double step : chart.marked_steps) {
    svg += line(x.at(step), top, x.at(step), height - bottom, "reference");
    svg += text_at(x.at(step) + 4, top + 10, "note", "resumed");
  }
  return svg;
}

std::string dot(double x, double y, const std::string& css_class) {
  return "<circle cx=\"" + fixed(x, 1) + "\" cy=\"" + fixed(y, 1) + "\" r=\"2.4\" class=\"dot " +
         css_class + "\"/>";
}

std::string curve_svg(const Curve& curve, const Axis& x, const Axis& y) {
  std::string path, dots;
  bool drawing = false;
  for (std::size_t i = 0; i < curve.points.size(); ++i) {
    const auto& point = curve.points[i];
    if (!point.y) {
      drawing = false;
      continue;
    }
    const bool alone = !drawing && (i + 1 == curve.points.size() || !curve.points[i + 1].y);
    path += (drawing ? "L" : "M") + fixed(x.at(point.x), 1) + " " + fixed(y.at(*point.y), 1);
    drawing = true;
    if (alone || curve.marks == Curve::Marks::dots)
      dots += dot(x.at(point.x), y.at(*point.y), curve.css_class);
  }
  return "<path d=\"" + path + "\" class=\"curve " + curve.css_class + "\"/>" + dots;
}

std::string legend_html(const Chart& chart) {
  std::string html = "<span class=\"legend\">";
  for (const Curve& curve : chart.curves) {
    if (curve.empty()) continue;
    html +=
        "<span><svg width=\"24\" height=\"10\" viewBox=\"0 0 24 10\" aria-hidden=\"true\">"
        "<path d=\"M1 5H23\" class=\"curve " +
        curve.css_class + "\"/>";
    if (curve.marks == Curve::Marks::dots) html += dot(12, 5, curve.css_class);
    html += "</svg>" + escaped(curve.label) + "</span>";
  }
  return html + "</span>";
}

}  // namespace

bool Curve::empty() const {
  return std::none_of(points.begin(), points.end(), [](const Point& p) { return p.y.has_value(); });
}

std::string fixed(double value, int decimals) {
  if (!std::isfinite(value)) return "–";
  std::array<char, 400> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                                 std::chars_format::fixed, decimals)
                       .ptr;
  return {digits.data(), end};
}

std::string number_text(double value, double spacing, NumberStyle style) {
  const auto decimals = [](double step) {
    return std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 12);
  };
  if (std::abs(value) < spacing * 1e-6) value = 0;
  if (style == NumberStyle::percent) return fixed(value * 100, decimals(spacing * 100)) + "\u2009%";
  if (style == NumberStyle::count && std::abs(value) >= 1e6)
    return fixed(value / 1e6, decimals(spacing / 1e6)) + "M";
  if (style == NumberStyle::count && std::abs(value) >= 1e3)
    return fixed(value / 1e3, decimals(spacing / 1e3)) + "k";
  if (value == 0) return "0";
  if (spacing > 5e-4) return fixed(value, decimals(spacing));
  const int exponent = static_cast<int>(std::floor(std::log10(std::abs(value)) + 1e-9));
  const double unit = std::pow(10.0, exponent);
  return fixed(value / unit, decimals(spacing / unit)) + "e" + std::to_string(exponent);
}

std::vector<double> round_ticks(double low, double high, int count) {
  const double rough = (high - low) / count;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double digit : {5.0, 2.0, 1.0})
    if (digit * power >= rough * 0.999) step = digit * power;
  const double first = std::floor(low / step + 1e-9);
  const double last = std::ceil(high / step - 1e-9);
  std::vector<double> ticks;
  for (double tick = first; tick <= last; ++tick) ticks.push_back(tick * step);
  return ticks;
}

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        if (static_cast<unsigned char>(letter) < 32)
          safe += ' ';
        else
          safe += letter;
    }
  }
  return safe;
}

std::string figure_html(const Chart& chart) {
  if (std::all_of(chart.curves.begin(), chart.curves.end(),
                  [](const Curve& curve) { return curve.empty(); }))
    return {};
  const Axis x = x_axis(chart);
  const Axis y = y_axis(chart);
  std::string html = "<figure><figcaption><span><b>" + escaped(chart.title) + "</b>";
  if (!chart.unit.empty()) html += " <span class=\"unit\">" + escaped(chart.unit) + "</span>";
  html += "</span>" + legend_html(chart) + "</figcaption><svg viewBox=\"0 0 " + fixed(width, 0) +
          " " + fixed(height, 0) + "\" role=\"img\" aria-label=\"" + escaped(chart.title) + "\">";
  html += axes_svg(chart, x, y) + marks_svg(chart, x, y);
  for (const Curve& curve : chart.curves)
    if (!curve.empty()) html += curve_svg(curve, x, y);
  return html + "</svg></figure>\n";
}

}  // namespace electra
