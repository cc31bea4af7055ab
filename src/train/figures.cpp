#include "electra/train/figures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "electra/core/error.h"
#include "electra/core/range.h"

namespace electra {

namespace {

std::string value_text(const std::optional<double>& value, const Figure& figure) {
  if (!value) return "-";
  std::array<char, 64> text{};
  if (figure.style == Figure::Style::percent)
    std::snprintf(text.data(), text.size(), "%.1f%%", 100 * *value);
  else
    std::snprintf(text.data(), text.size(), "%.*f", figure.digits, *value);
  return text.data();
}

}  // namespace

FigureValues::FigureValues(std::span<const Figure> figures,
                           std::vector<std::optional<double>> values, Index tokens)
    : figures_(figures), values_(std::move(values)), tokens_(tokens) {
  if (values_.size() != figures_.size())
    throw Error("expected " + std::to_string(figures_.size()) + " figures, found " +
                std::to_string(values_.size()));
}

std::size_t FigureValues::place_of(std::string_view key) const {
  const auto found = std::ranges::find(figures_, key, &Figure::key);
  if (found == figures_.end()) throw Error("no figure is called \"" + std::string(key) + "\"");
  return static_cast<std::size_t>(found - figures_.begin());
}

std::optional<double> FigureValues::operator[](std::string_view key) const {
  return values_[place_of(key)];
}

void FigureValues::set(std::string_view key, std::optional<double> value) {
  values_[place_of(key)] = value;
}

std::string non_finite_text(const FigureValues& values) {
  std::string text;
  for (std::size_t i = 0; i < values.figures().size(); ++i)
    if (const auto value = values.at(i); value && !std::isfinite(*value))
      text += (text.empty() ? "" : "; ") + std::string(values.figures()[i].key) +
              " is not finite (" + number_text(*value) + ")";
  return text;
}

std::string figures_line(const FigureValues& values, Figure::Shown shown) {
  std::string line;
  for (std::size_t i = 0; i < values.figures().size(); ++i) {
    const Figure& figure = values.figures()[i];
    if (figure.label.empty()) continue;
    if (figure.lines == Figure::Shown::evaluation && shown != Figure::Shown::evaluation) continue;
    if (!line.empty()) line += figure.before;
    line += std::string(figure.label) + " " + value_text(values.at(i), figure);
  }
  return line;
}

}  // namespace electra
