#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/json.h"
#include "report/chart.h"

namespace electra {

/// A figure as the log's first line describes it.
struct DescribedFigure {
  std::string key, title, chart, unit, curve, tile;
  NumberStyle style = NumberStyle::plain;
  enum class Better { less, more } better = Better::less;
  enum class Drawn { everywhere, evaluation } drawn = Drawn::everywhere;
  std::optional<double> chance;
};

/// The lines of a train.jsonl by kind.
struct RunHistory {
  OrderedJson run = OrderedJson::object();
  Json end = Json::object();
  std::vector<Json> train, evaluations, resumes;

  void add(const Json& record, std::string_view line);
};

[[nodiscard]] RunHistory read_history(const std::filesystem::path& path);

/// The table of the log's first line.
[[nodiscard]] std::vector<DescribedFigure> figures_of(const OrderedJson& run);

/// Nothing for what no metric can be: a text, or a number beyond any axis.
[[nodiscard]] std::optional<double> metric_of(const Json& record, const char* key);

}  // namespace electra
