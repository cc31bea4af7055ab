#include "electra/train/progress.h"

#include <cstdio>

#include "electra/core/quantity_text.h"

namespace electra {

namespace {

template <class... Values>
std::string print(const char* format, Values... values) {
  char text[512];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

/// " | skipped 3" where there is something to count.
std::string warning_text(const char* what, Index count) {
  return count > 0 ? print(" | %s %td", what, count) : std::string();
}

}  // namespace

std::string progress_line(const Progress& p) {
  const double done =
      p.steps > 0 ? 100.0 * static_cast<double>(p.step) / static_cast<double>(p.steps) : 100;
  return std::string(p.task) +
         print("  %td/%td %5.1f%%  ep %.2f | ", p.step, p.steps, done, p.epoch) +
         figures_line(p.values, Figure::Shown::everywhere) +
         print(" | lr %.1e gn %.2f | %s tok/s | %.1f ms | %s", p.rate, p.gradient_norm,
               short_count_text(p.tokens_per_second).c_str(), p.ms,
               bytes_text(p.memory_bytes).c_str()) +
         warning_text("skipped", p.skipped) + warning_text("slow products", p.slow_products) +
         " | eta " + duration_text(p.eta_seconds);
}

std::string evaluation_line(Index step, const FigureValues& values) {
  return print("held out  step %td | ", step) + figures_line(values, Figure::Shown::evaluation);
}

}  // namespace electra
