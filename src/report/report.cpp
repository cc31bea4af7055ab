#include "electra/report/report.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/core/quantity_text.h"
#include "report/chart.h"
#include "report/page_frame.h"
#include "report/run_history.h"

namespace electra {
namespace {

constexpr std::size_t most_points = 500;  // of one curve

/// At most `most_points`: neighbours are averaged, a gap stays one if nothing was there.
std::vector<Curve::Point> points_of(const std::vector<Json>& records, const char* key) {
  const std::size_t each = (records.size() + most_points - 1) / most_points;
  std::vector<Curve::Point> points;
  for (std::size_t begin = 0; begin < records.size(); begin += each) {
    const std::size_t end = std::min(begin + each, records.size());
    double steps = 0, sum = 0, count = 0;
    for (std::size_t i = begin; i < end; ++i) {
      steps += *metric_of(records[i], "step");
      if (const auto value = metric_of(records[i], key)) sum += *value, ++count;
    }
    points.push_back({.x = steps / static_cast<double>(end - begin),
                      .y = count > 0 ? std::optional(sum / count) : std::nullopt});
  }
  return points;
}

Curve train_curve(const RunHistory& history, const char* key, const char* label = "training") {
  return {.label = label, .css_class = "train", .points = points_of(history.train, key)};
}

Curve held_out_curve(const RunHistory& history, const char* key,
                     const std::string& label = "held out", const char* css_class = "held") {
  return {.label = label,
          .css_class = css_class,
          .marks = history.evaluations.size() > 60 ? Curve::Marks::none : Curve::Marks::dots,
          .points = points_of(history.evaluations, key)};
}

/// A figure's curves; in a chart that it shares they have its own name.
void add_curves(const DescribedFigure& figure, const RunHistory& history, Chart& chart) {
  const char* key = figure.key.c_str();
  const bool first = chart.curves.empty();
  if (figure.drawn == DescribedFigure::Drawn::everywhere)
    chart.curves.push_back(train_curve(history, key));
  const std::string name =
      figure.curve.empty() ? "held out"
      : figure.drawn == DescribedFigure::Drawn::evaluation && !first && chart.curves.size() > 1
          ? "held out, " + figure.curve
          : figure.curve;
  chart.curves.push_back(held_out_curve(history, key, name, first ? "held" : "third"));
  if (figure.chance) chart.reference = {*figure.chance, "chance"};
}

/// Figures that name the same chart share it.
std::vector<Chart> figure_charts(const std::vector<DescribedFigure>& figures,
                                 const RunHistory& history) {
  std::vector<Chart> charts;
  for (const DescribedFigure& figure : figures) {
    if (figure.chart.empty()) continue;
    auto chart = std::ranges::find(charts, figure.chart, &Chart::title);
    if (chart == charts.end()) {
      charts.push_back({.title = figure.chart, .unit = figure.unit, .style = figure.style});
      chart = charts.end() - 1;
    }
    add_curves(figure, history, *chart);
  }
  return charts;
}

std::vector<Chart> charts_of(const std::vector<DescribedFigure>& figures,
                             const RunHistory& history) {
  std::vector<Chart> charts = figure_charts(figures, history);
  const auto add = [&](const char* title, const char* unit, const char* key) -> Chart& {
    return charts.emplace_back(
        Chart{.title = title, .unit = unit, .curves = {train_curve(history, key)}});
  };
  Chart& throughput = add("Throughput", "tokens per second", "tokens_per_second");
  throughput.style = NumberStyle::count;
  throughput.start = Chart::Start::zero;
  add("Learning rate", "", "rate");
  add("Gradient norm", "before clipping", "gradient_norm").scale = Chart::Scale::logarithmic;
  for (Chart& chart : charts)
    for (const Json& resume : history.resumes)
      chart.marked_steps.push_back(*metric_of(resume, "step"));
  return charts;
}

/// As a table has it: four digits after the point, or tenths of a percent.
std::string value_text(double value, NumberStyle style) {
  return style == NumberStyle::percent ? number_text(value, 0.001, style) : fixed(value, 4);
}

std::optional<double> last(const std::vector<Json>& records, const char* key) {
  return records.empty() ? std::nullopt : metric_of(records.back(), key);
}

std::optional<double> median(const std::vector<Json>& records, const char* key) {
  std::vector<double> values;
  for (const Json& record : records)
    if (const auto value = metric_of(record, key)) values.push_back(*value);
  if (values.empty()) return std::nullopt;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::string tiles_html(const std::vector<DescribedFigure>& figures, const RunHistory& history) {
  const Json* held = history.evaluations.empty() ? nullptr : &history.evaluations.back();
  std::string html;
  for (const DescribedFigure& figure : figures) {
    const auto value = held != nullptr ? metric_of(*held, figure.key.c_str()) : std::nullopt;
    if (value && !figure.tile.empty())
      html += tile_html(number_text(*value, 0.001, figure.style), escaped(figure.tile));
  }
  if (const auto speed = median(history.train, "tokens_per_second"))
    html += tile_html(count_text(std::llround(*speed)), "tokens per second, median");
  auto steps = metric_of(history.end, "step");
  if (!steps) steps = last(history.train, "step");
  if (steps) html += tile_html(count_text(std::llround(*steps)), "steps");
  if (const auto wall = metric_of(history.end, "wall_s"))
    html += tile_html(duration_text(*wall), "wall time");
  return html.empty() ? html : "<div class=\"tiles\">\n" + html + "</div>\n";
}

/// The value and step of the best evaluation by this metric.
std::string best_text(const RunHistory& history, const DescribedFigure& metric) {
  const Json* best = nullptr;
  const double sign = metric.better == DescribedFigure::Better::more ? 1.0 : -1.0;
  for (const Json& record : history.evaluations) {
    const auto value = metric_of(record, metric.key.c_str());
    if (value && (best == nullptr || sign * *value > sign * *metric_of(*best, metric.key.c_str())))
      best = &record;
  }
  if (best == nullptr) return "<td>–</td><td>–</td>";
  return "<td>" + value_text(*metric_of(*best, metric.key.c_str()), metric.style) + "</td><td>" +
         count_text(std::llround(*metric_of(*best, "step"))) + "</td>";
}

std::string metrics_html(const std::vector<DescribedFigure>& figures, const RunHistory& history) {
  std::string rows;
  for (const DescribedFigure& metric : figures) {
    const auto train = last(history.train, metric.key.c_str());
    const auto held = last(history.evaluations, metric.key.c_str());
    if (!train && !held) continue;
    rows += "<tr><th>" + escaped(metric.title) + "</th>";
    for (const auto& value : {train, held})
      rows += "<td>" + (value ? value_text(*value, metric.style) : "–") + "</td>";
    rows += best_text(history, metric) + "</tr>\n";
  }
  if (rows.empty()) return "<p>The log holds no metrics yet.</p>\n";
  return "<h2>Metrics at the end</h2>\n<div class=\"card\"><table>\n<tr><th></th><th>training, "
         "last "
         "line</th><th>held out, last</th><th>held out, best</th><th>at step</th></tr>\n" +
         rows + "</table></div>\n";
}

std::string fact_text(const OrderedJson& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string words;
  for (const OrderedJson& word : value) {
    if (!words.empty()) words += ' ';
    words += fact_text(word);
  }
  return words;
}

std::string facts_html(const RunHistory& history) {
  std::string rows;
  for (const auto& [key, value] : history.run.items()) {
    if (key == "t" || key == "kind" || key == "figures") continue;
    std::string name = key;
    std::replace(name.begin(), name.end(), '_', ' ');
    rows += "<tr><th>" + escaped(name) + "</th><td>" + escaped(fact_text(value)) + "</td></tr>\n";
  }
  if (rows.empty()) return {};
  return "<h2>The run</h2>\n<div class=\"card\"><table class=\"facts\">\n" + rows +
         "</table></div>\n";
}

/// The text of this name; `otherwise` in older logs.
std::string text_of(const OrderedJson& run, const char* key, const char* otherwise) {
  const auto found = run.find(key);
  return found != run.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

/// "Replaced token detection; the run ended: finished."
std::string lead_text(const RunHistory& history) {
  std::string learned = text_of(history.run, "objective", "replaced_token_detection");
  std::replace(learned.begin(), learned.end(), '_', ' ');
  if (!learned.empty()) learned[0] = static_cast<char>(std::toupper(learned[0]));
  const auto found = history.end.find("reason");
  if (found == history.end.end() || !found->is_string())
    return learned + "; the run has not ended.";
  return learned + "; the run ended: " + found->get<std::string>() + ".";
}

}  // namespace

std::string curves_html(const std::filesystem::path& train_log, const std::string& heading) {
  const RunHistory history = read_history(train_log);
  std::string charts;
  for (const Chart& chart : charts_of(figures_of(history.run), history))
    charts += figure_html(chart);
  return charts.empty()
             ? charts
             : "<h2>" + heading + "</h2>\n<div class=\"charts\">\n" + charts + "</div>\n";
}

std::string report_html(const std::filesystem::path& train_log) {
  const RunHistory history = read_history(train_log);
  const std::vector<DescribedFigure> figures = figures_of(history.run);
  const std::string title = escaped("ELECTRA " + text_of(history.run, "task", "pretraining"));
  std::string html = "<h1>" + title + "</h1>\n<p class=\"lead\">" + escaped(lead_text(history)) +
                     "</p>\n" + tiles_html(figures, history) + curves_html(train_log, "Curves") +
                     metrics_html(figures, history) + facts_html(history) +
                     "<footer>Held-out figures are without dropout, over all positions that are "
                     "not padding; what is random in them is the same at every evaluation. Missing "
                     "values are gaps. ";
  if (history.train.size() > most_points)
    html += "Training curves: means of " +
            std::to_string((history.train.size() + most_points - 1) / most_points) +
            " neighbouring lines of the log.";
  return framed(title, html + "</footer>\n");
}

void write_report(const std::filesystem::path& train_log, const std::filesystem::path& report) {
  write_file(report, report_html(train_log));
}

}  // namespace electra
