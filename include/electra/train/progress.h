#pragma once

#include <string>
#include <string_view>

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

}  // namespace electra
