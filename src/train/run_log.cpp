#include "electra/train/run_log.h"

#include <cmath>
#include <utility>

namespace electra {

namespace {

void add_figures(LogRecord& record, const FigureValues& values) {
  for (std::size_t i = 0; i < values.figures().size(); ++i)
    if (const auto value = values.at(i)) record.add(values.figures()[i].key, *value);
}

LogRecord record_of(const Figure& figure) {
  LogRecord record;
  const auto add = [&](std::string_view key, std::string_view text) {
    if (!text.empty()) record.add(key, text);
  };
  add("title", figure.title);
  add("style", figure.style == Figure::Style::percent ? "percent" : "");
  add("better", figure.better == Figure::Better::more ? "more" : "less");
  add("chart", figure.chart);
  add("unit", figure.unit);
  add("curve", figure.curve);
  add("drawn", figure.drawn == Figure::Shown::evaluation ? "evaluation" : "");
  if (figure.chance) record.add("chance", *figure.chance);
  add("tile", figure.tile);
  return record;
}

LogRecord table_of(std::span<const Figure> figures) {
  LogRecord table;
  for (const Figure& figure : figures) table.add(figure.key, record_of(figure));
  return table;
}

LogRecord evaluation_record(Index step, const FigureValues& values) {
  LogRecord record;
  record.add("step", step);
  add_figures(record, values);
  record.add("tokens", values.tokens());
  return record;
}

}  // namespace

RunLog RunLog::create(const std::filesystem::path& folder, LogRecord facts,
                      std::span<const Figure> figures) {
  RunLog log(TrainLog::create(folder / "train.jsonl"), EventFile(folder));
  facts.add("figures", table_of(figures));
  log.log_.write("run", facts);
  return log;
}

RunLog RunLog::resume(const std::filesystem::path& folder, LogRecord facts,
                      std::span<const Figure> figures, Index step,
                      TrainLog::Evaluation evaluation) {
  RunLog log(TrainLog::continue_from(folder / "train.jsonl", step, evaluation),
             EventFile(folder, step));
  facts.add("figures", table_of(figures)).add("step", step);
  log.log_.write("resume", facts);
  return log;
}

void RunLog::train(const Progress& p) {
  LogRecord record;
  record.add("step", p.step).add("epoch", p.epoch);
  add_figures(record, p.values);
  record.add("rate", p.rate)
      .add("gradient_norm", p.gradient_norm)
      .add("tokens_per_second", p.tokens_per_second)
      .add("tokens_per_second_padded", p.tokens_per_second_padded)
      .add("ms", p.ms)
      .add("memory_bytes", p.memory_bytes)
      .add("skipped", p.skipped)
      .add("slow_products", p.slow_products)
      .add("world", p.world);
  log_.write("train", record);
  for (std::size_t i = 0; i < p.values.figures().size(); ++i)
    if (const auto value = p.values.at(i))
      events_.add_scalar("train/" + std::string(p.values.figures()[i].key), *value, p.step);
  events_.add_scalar("train/rate", p.rate, p.step);
  if (std::isfinite(p.gradient_norm))  // of a step that was skipped it is not
    events_.add_scalar("train/gradient_norm", p.gradient_norm, p.step);
  events_.add_scalar("train/tokens_per_second", p.tokens_per_second, p.step);
}

void RunLog::evaluation(Index step, const FigureValues& values) {
  log_.write("evaluation", evaluation_record(step, values));
  for (std::size_t i = 0; i < values.figures().size(); ++i)
    if (const auto value = values.at(i))
      events_.add_scalar("held_out/" + std::string(values.figures()[i].key), *value, step);
}

void RunLog::end(const std::string& reason, Index step, double wall_seconds,
                 const std::optional<FigureValues>& evaluation, const std::string& error) {
  LogRecord record;
  record.add("reason", reason);
  if (!error.empty()) record.add("error", error);
  record.add("step", step).add("wall_s", wall_seconds);
  if (evaluation) record.add("evaluation", evaluation_record(step, *evaluation));
  log_.write("end", record);
}

}  // namespace electra
