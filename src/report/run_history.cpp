#include "report/run_history.h"

#include <cmath>

#include "electra/core/file.h"
#include "io/log_lines.h"

namespace electra {

namespace {

/// What logs were about that do not say it: replaced-token detection.
constexpr std::string_view older_figures = R"({
"loss": {"title": "Total loss", "chart": "Total loss", "unit": "nats, weighted sum", "tile": "held-out total loss"},
"mlm_loss": {"title": "Generator: MLM loss", "chart": "Generator: MLM loss", "unit": "nats per masked token"},
"disc_loss": {"title": "Discriminator loss", "chart": "Discriminator loss", "unit": "nats per token"},
"mlm_accuracy": {"title": "Generator: MLM accuracy", "style": "percent", "better": "more",
  "chart": "Generator: accuracy", "unit": "of masked tokens", "tile": "held-out MLM accuracy"},
"sampled_mlm_accuracy": {"title": "Generator: accuracy of samples", "style": "percent", "better": "more",
  "chart": "Generator: accuracy", "unit": "of masked tokens", "curve": "sampled", "drawn": "evaluation"},
"disc_auc": {"title": "Discriminator: AUC", "better": "more", "chart": "Discriminator: AUC",
  "unit": "0.5 is chance", "chance": 0.5, "tile": "held-out AUC"},
"disc_accuracy": {"title": "Discriminator: accuracy", "style": "percent", "better": "more",
  "chart": "Discriminator: accuracy", "unit": "of all tokens"},
"disc_precision": {"title": "Discriminator: precision", "style": "percent", "better": "more",
  "chart": "Discriminator: precision and recall", "unit": "held out, at probability 0.5", "curve": "precision",
  "drawn": "evaluation"},
"disc_recall": {"title": "Discriminator: recall", "style": "percent", "better": "more",
  "chart": "Discriminator: precision and recall", "unit": "held out, at probability 0.5", "curve": "recall",
  "drawn": "evaluation"}
})";

DescribedFigure described(const std::string& key, const OrderedJson& json) {
  const auto text = [&](const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  DescribedFigure figure{.key = key,
                         .title = text("title"),
                         .chart = text("chart"),
                         .unit = text("unit"),
                         .curve = text("curve"),
                         .tile = text("tile"),
                         .chance = {}};
  if (figure.title.empty()) figure.title = key;
  if (text("style") == "percent") figure.style = NumberStyle::percent;
  if (text("better") == "more") figure.better = DescribedFigure::Better::more;
  if (text("drawn") == "evaluation") figure.drawn = DescribedFigure::Drawn::evaluation;
  if (const auto chance = json.find("chance"); chance != json.end() && chance->is_number())
    figure.chance = chance->get<double>();
  return figure;
}

}  // namespace

std::vector<DescribedFigure> figures_of(const OrderedJson& run) {
  const auto found = run.find("figures");
  const OrderedJson table =
      found != run.end() && found->is_object() ? *found : OrderedJson::parse(older_figures);
  std::vector<DescribedFigure> figures;
  for (const auto& [key, value] : table.items())
    if (value.is_object()) figures.push_back(described(key, value));
  return figures;
}

std::optional<double> metric_of(const Json& record, const char* key) {
  const auto found = record.find(key);
  if (found == record.end() || !found->is_number()) return std::nullopt;
  const auto value = found->get<double>();
  return std::abs(value) < 1e100 ? std::optional(value) : std::nullopt;
}

void RunHistory::add(const Json& record, std::string_view line) {
  const auto found = record.find("kind");
  const std::string kind =
      found != record.end() && found->is_string() ? found->get<std::string>() : std::string();
  if (kind == "run" || (kind == "resume" && run.empty())) run = OrderedJson::parse(line);
  if (kind == "end") end = record;
  if (!metric_of(record, "step")) return;
  if (kind == "train") train.push_back(record);
  if (kind == "evaluation") evaluations.push_back(record);
  if (kind == "resume") resumes.push_back(record);
}

RunHistory read_history(const std::filesystem::path& path) {
  RunHistory history;
  for_each_log_line(read_file(path), path.string(),
                    [&](const Json& record, std::string_view line) { history.add(record, line); });
  return history;
}

}  // namespace electra
