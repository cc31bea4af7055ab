#pragma once

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "electra/data/unicode.h"
#include "electra/infer/detector.h"

namespace electra {

/// Whether standard output may be coloured: a terminal that understands it, and no wish against it
/// (no-color.org).
inline bool colours_wanted() {
  const char* refused = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return isatty(STDOUT_FILENO) != 0 && (refused == nullptr || *refused == '\0') &&
         (terminal == nullptr || std::string(terminal) != "dumb");
}

/// A cell in the colours of a 256-colour terminal, from green (original) over yellow to red
/// (replaced); without colours, as it is.
inline std::string coloured(const std::string& text, double probability) {
  if (!colours_wanted()) return text;
  const int red = probability < 0.5 ? static_cast<int>(probability * 10) : 5;
  const int green = probability < 0.5 ? 5 : static_cast<int>((1 - probability) * 10);
  const int colour = 16 + 36 * red + 6 * green;
  return "\033[30;48;5;" + std::to_string(colour) + "m" + text + "\033[0m";
}

inline std::string percent(double probability) {
  char text[16];
  std::snprintf(text, sizeof text, "%.0f%%", 100 * probability);
  return text;
}

/// Whether more than a third of a text's words and marks are [UNK].
inline bool hardly_known(const Detection& detection) {
  const auto unknown = std::ranges::count(detection.tokens, "[UNK]");
  const auto words = std::ranges::count_if(
      detection.tokens, [](const std::string& token) { return !token.starts_with("##"); });
  return 3 * unknown > words - 2;
}

/// Prints a text's tokens, each above the probability that it was replaced.
inline void show(const Detection& detection) {
  constexpr std::size_t most = 96;  // columns
  std::string above;
  std::string below;
  std::size_t columns = 0;
  const auto flush = [&] {
    std::printf("  %s\n  %s\n", above.c_str(), below.c_str());
    above.clear();
    below.clear();
    columns = 0;
  };
  for (std::size_t i = 0; i < detection.tokens.size(); ++i) {
    const double probability = detection.probabilities[i];
    std::string token = detection.tokens[i];
    std::string figure = percent(probability);
    const auto width = static_cast<std::size_t>(count_characters(token));
    const std::size_t wide = std::max(width, figure.size());
    if (columns > 0 && columns + wide > most) flush();
    token.append(wide - width, ' ');
    figure.insert(0, wide - figure.size(), ' ');
    above += coloured(token, probability) + " ";
    below += figure + " ";
    columns += wide + 1;
  }
  flush();
  std::fflush(stdout);
}

}  // namespace electra
