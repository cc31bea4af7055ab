#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "electra/io/tensorboard.h"
#include "electra/io/train_log.h"
#include "electra/train/figures.h"

namespace electra {

/// What one line of the log says of the steps since the line before.
struct Progress {
  std::string_view task = "train";
  Index step = 0;   // steps taken
  Index steps = 0;  // of the whole run
  double epoch = 0;
  FigureValues values = {};
  double rate = 0;
  double gradient_norm = 0;
  double tokens_per_second = 0;         // real tokens
  double tokens_per_second_padded = 0;  // with padding
  double ms = 0;                        // of a step
  double eta_seconds = 0;
  Index memory_bytes = 0;
  Index skipped = 0;
  Index slow_products = 0;  // Context::slow_products
  int world = 1;
};

/// The progress line: figures, rate, speed, ETA. A missing figure is shown as "-".
[[nodiscard]] std::string progress_line(const Progress& progress);
/// The figures of an evaluation on held-out text, in one line.
[[nodiscard]] std::string evaluation_line(Index step, const FigureValues& values);
/// "1h02m", "3m07s", "12s".
[[nodiscard]] std::string duration_text(double seconds);

/// The sinks of a run: train.jsonl (docs/formats.md) and TensorBoard events.
class RunLog {
 public:
  /// `facts` are what the first line says of the run. It describes the figures, too, so that
  /// whoever reads the log needs to know no objective.
  [[nodiscard]] static RunLog create(const std::filesystem::path& folder, LogRecord facts,
                                     std::span<const Figure> figures);
  /// Cuts off what came after the checkpoint at `step`, and says that the run goes on.
  [[nodiscard]] static RunLog resume(const std::filesystem::path& folder, LogRecord facts,
                                     Index step);

  void train(const Progress& progress);
  void evaluation(Index step, const FigureValues& values);
  /// The last line: why the run ended, and its last evaluation.
  void end(const std::string& reason, Index step, double wall_seconds,
           const std::optional<FigureValues>& evaluation);

 private:
  RunLog(TrainLog log, EventFile events) : log_(std::move(log)), events_(std::move(events)) {}

  TrainLog log_;
  EventFile events_;
};

}  // namespace electra
