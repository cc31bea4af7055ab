#include "electra/core/quantity_text.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace electra {

namespace {

template <class... Values>
std::string print(const char* format, Values... values) {
  char text[64];
  std::snprintf(text, sizeof text, format, values...);
  return text;
}

}  // namespace

std::string count_text(Index count) {
  std::string digits = std::to_string(count);
  const auto first = static_cast<Index>(digits.starts_with('-'));
  for (Index at = std::ssize(digits) - 3; at > first; at -= 3)
    digits.insert(digits.begin() + at, ',');
  return digits;
}

std::string short_count_text(double count) {
  if (count >= 1e6) return print("%.2fM", count / 1e6);
  return count >= 1e4 ? print("%.1fk", count / 1e3) : print("%.0f", count);
}

std::string times_text(double times) {
  return times < 99.5 ? print("%.2g", times) : count_text(std::llround(times));
}

std::string percent_text(double share) {
  const double value = 100 * share;
  const int decimals =
      value > 0 ? std::clamp(2 - static_cast<int>(std::floor(std::log10(value))), 0, 9) : 0;
  return print("%.*f %%", value < 100 ? decimals : 0, value);
}

std::string percent_text(Index part, Index whole) {
  if (part == whole && whole > 0) return "100 %";
  const double value =
      whole > 0 ? 100.0 * static_cast<double>(part) / static_cast<double>(whole) : 0;
  return print("%.2g %%", std::min(value, 99.0));
}

std::string duration_text(double seconds) {
  const auto whole = static_cast<Index>(seconds + 0.5);
  if (whole >= 3600) return print("%tdh%02tdm", whole / 3600, whole / 60 % 60);
  return whole >= 60 ? print("%tdm%02tds", whole / 60, whole % 60) : print("%tds", whole);
}

std::string seconds_text(double seconds) {
  return print("%g s", seconds < 1 ? seconds : std::round(seconds * 10) / 10);
}

std::string bytes_text(Index bytes) {
  const double megabytes = static_cast<double>(bytes) * 1e-6;
  return megabytes >= 1e3 ? print("%.1f GB", megabytes * 1e-3) : print("%.0f MB", megabytes);
}

}  // namespace electra
