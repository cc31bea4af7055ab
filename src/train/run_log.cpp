#include "electra/train/run_log.h"

#include <cstdio>
#include <utility>

#include "electra/core/build_config.h"

namespace electra {

namespace {

using Figure = std::pair<const char*, std::optional<double>>;

std::vector<Figure> figures(const PretrainingMetrics& m) {
  return {{"loss", m.loss},
          {"mlm_loss", m.mlm_loss},
          {"mlm_accuracy", m.mlm_accuracy},
          {"sampled_mlm_accuracy", m.sampled_mlm_accuracy},
          {"disc_loss", m.disc_loss},
          {"disc_auc", m.disc_auc},
          {"disc_accuracy", m.disc_accuracy},
          {"disc_precision", m.disc_precision},
          {"disc_recall", m.disc_recall}};
}

void add_figures(LogRecord& record, const PretrainingMetrics& metrics) {
  for (const auto& [name, value] : figures(metrics))
    if (value) record.add(name, *value);
}

LogRecord facts_record(const RunLog::Facts& facts) {
  LogRecord record;
  record.add("version", version)
      .add("argv", facts.arguments)
      .add("config_hash", facts.config_hash)
      .add("device", facts.device);
  if (!facts.device_remark.empty()) record.add("device_remark", facts.device_remark);
  record.add("platform", facts.platform)
      .add("threads", facts.threads)
      .add("world", facts.world)
      .add("seed", facts.seed)
      .add("parameters", facts.parameters)
      .add("vocabulary", facts.vocabulary)
      .add("steps", facts.steps)
      .add("train_tokens", facts.train_tokens)
      .add("held_out_tokens", facts.held_out_tokens);
  return record;
}

LogRecord evaluation_record(Index step, const PretrainingMetrics& metrics) {
  LogRecord record;
  record.add("step", step);
  add_figures(record, metrics);
  record.add("tokens", metrics.tokens);
  return record;
}

template <class... Values>
std::string print(const char* format, Values... values) {
  char text[512];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

std::string shown(const std::optional<double>& value, const char* format) {
  return value ? print(format, *value) : "-";
}

std::string percent(const std::optional<double>& value) {
  return value ? print("%.1f%%", 100 * *value) : "-";
}

std::string count_text(double count) {
  if (count >= 1e6) return print("%.2fM", count / 1e6);
  return count >= 1e4 ? print("%.1fk", count / 1e3) : print("%.0f", count);
}

std::string memory_text(Index bytes) {
  const double megabytes = static_cast<double>(bytes) * 1e-6;
  return megabytes >= 1e3 ? print("%.1f GB", megabytes * 1e-3) : print("%.0f MB", megabytes);
}

}  // namespace

std::string duration_text(double seconds) {
  const auto whole = static_cast<Index>(seconds + 0.5);
  if (whole >= 3600)
    return print("%dh%02dm", static_cast<int>(whole / 3600), static_cast<int>(whole / 60 % 60));
  if (whole >= 60)
    return print("%dm%02ds", static_cast<int>(whole / 60), static_cast<int>(whole % 60));
  return print("%ds", static_cast<int>(whole));
}

std::string progress_line(const Progress& p) {
  const PretrainingMetrics& m = p.metrics;
  const double done =
      p.steps > 0 ? 100.0 * static_cast<double>(p.step) / static_cast<double>(p.steps) : 100;
  return print("pretrain  %td/%td %5.1f%%  ep %.2f | loss %s  gen %s  disc %s", p.step, p.steps,
               done, p.epoch, shown(m.loss, "%.2f").c_str(), shown(m.mlm_loss, "%.3f").c_str(),
               shown(m.disc_loss, "%.4f").c_str()) +
         print(" | mlm %s  rtd auc %s prec %s rec %s", percent(m.mlm_accuracy).c_str(),
               shown(m.disc_auc, "%.3f").c_str(), shown(m.disc_precision, "%.2f").c_str(),
               shown(m.disc_recall, "%.2f").c_str()) +
         print(" | lr %.1e gn %.2f | %s tok/s | %.1f ms | %s%s%s | eta %s", p.rate, p.gradient_norm,
               count_text(p.tokens_per_second).c_str(), p.ms, memory_text(p.memory_bytes).c_str(),
               p.skipped > 0 ? print(" | skipped %td", p.skipped).c_str() : "",
               p.slow_products > 0 ? print(" | slow products %td", p.slow_products).c_str() : "",
               duration_text(p.eta_seconds).c_str());
}

std::string evaluation_line(Index step, const PretrainingMetrics& m) {
  return print("held out  step %td | loss %s  gen %s  disc %s", step, shown(m.loss, "%.2f").c_str(),
               shown(m.mlm_loss, "%.3f").c_str(), shown(m.disc_loss, "%.4f").c_str()) +
         print(" | mlm %s  sampled %s | rtd auc %s  acc %s  prec %s  rec %s",
               percent(m.mlm_accuracy).c_str(), percent(m.sampled_mlm_accuracy).c_str(),
               shown(m.disc_auc, "%.3f").c_str(), percent(m.disc_accuracy).c_str(),
               shown(m.disc_precision, "%.2f").c_str(), shown(m.disc_recall, "%.2f").c_str());
}

RunLog RunLog::create(const std::filesystem::path& folder, const Facts& facts) {
  RunLog log(TrainLog::create(folder / "train.jsonl"), EventFile(folder));
  log.log_.write("run", facts_record(facts));
  return log;
}

RunLog RunLog::resume(const std::filesystem::path& folder, const Facts& facts, Index step) {
  RunLog log(TrainLog::continue_from(folder / "train.jsonl", step), EventFile(folder, step));
  LogRecord record = facts_record(facts);
  record.add("step", step);
  log.log_.write("resume", record);
  return log;
}

void RunLog::train(const Progress& p) {
  LogRecord record;
  record.add("step", p.step).add("epoch", p.epoch);
  add_figures(record, p.metrics);
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
  for (const auto& [name, value] : figures(p.metrics))
    if (value) events_.add_scalar("train/" + std::string(name), *value, p.step);
  events_.add_scalar("train/rate", p.rate, p.step);
  events_.add_scalar("train/gradient_norm", p.gradient_norm, p.step);
  events_.add_scalar("train/tokens_per_second", p.tokens_per_second, p.step);
}

void RunLog::evaluation(Index step, const PretrainingMetrics& metrics) {
  log_.write("evaluation", evaluation_record(step, metrics));
  for (const auto& [name, value] : figures(metrics))
    if (value) events_.add_scalar("held_out/" + std::string(name), *value, step);
}

void RunLog::end(const std::string& reason, Index step, double wall_seconds,
                 const std::optional<PretrainingMetrics>& evaluation) {
  LogRecord record;
  record.add("reason", reason).add("step", step).add("wall_s", wall_seconds);
  if (evaluation) record.add("evaluation", evaluation_record(step, *evaluation));
  log_.write("end", record);
}

}  // namespace electra
