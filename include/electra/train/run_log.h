#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "electra/io/tensorboard.h"
#include "electra/io/train_log.h"
#include "electra/train/figures.h"
#include "electra/train/progress.h"

namespace electra {

/// The sinks of a run: train.jsonl (docs/formats.md) and TensorBoard events.
class RunLog {
 public:
  /// `facts` are what the first line says of the run. It describes the figures, too, so that
  /// whoever reads the log needs to know no objective.
  [[nodiscard]] static RunLog create(const std::filesystem::path& folder, LogRecord facts,
                                     std::span<const Figure> figures);
  /// Cuts off what came after the checkpoint at `step`, and the evaluation of `step` if it is
  /// repeated, and says that the run goes on.
  [[nodiscard]] static RunLog resume(const std::filesystem::path& folder, LogRecord facts,
                                     std::span<const Figure> figures, Index step,
                                     TrainLog::Evaluation evaluation = TrainLog::Evaluation::done);

  void train(const Progress& progress);
  void evaluation(Index step, const FigureValues& values);
  /// The last line: why the run ended, its last evaluation, and what went wrong, if something did.
  void end(const std::string& reason, Index step, double wall_seconds,
           const std::optional<FigureValues>& evaluation, const std::string& error = {});

 private:
  RunLog(TrainLog log, EventFile events) : log_(std::move(log)), events_(std::move(events)) {}

  TrainLog log_;
  EventFile events_;
};

}  // namespace electra
