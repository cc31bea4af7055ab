#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// One number that training is judged by, described once: the log, TensorBoard, the lines that
/// people read and the report all follow from it.
struct Figure {
  enum class Style : std::uint8_t { plain, percent };
  enum class Better : std::uint8_t { less, more };
  /// Where it is drawn and shown. `evaluation`: of evaluations alone, as it needs their care.
  enum class Shown : std::uint8_t { everywhere, evaluation };

  std::string_view key = {};    // in train.jsonl: "disc_auc"
  std::string_view title = {};  // in the report's table: "Discriminator: AUC"
  Style style = Style::plain;
  Better better = Better::less;
  std::string_view label = {};     // in the lines that people read: "rtd auc"; empty: not there
  std::string_view before = "  ";  // it, there
  int digits = 3;                  // after the point, in those lines
  Shown lines = Shown::everywhere;
  std::string_view chart = {};  // the title of its chart, which figures may share; empty: none
  std::string_view unit = {};   // of the chart
  std::string_view curve = {};  // its name in a chart that it shares
  Shown drawn = Shown::everywhere;
  std::optional<double> chance = {};  // a line in the chart: what chance gives
  std::string_view tile = {};         // its name in large figures at the report's head; empty: none
};

/// The values of an objective's figures, in the order of their table. One that cannot be computed
/// is absent.
class FigureValues {
 public:
  FigureValues() = default;
  /// `tokens`: the real tokens that the values are over. Throws Error if there are not as many as
  /// figures.
  FigureValues(std::span<const Figure> figures, std::vector<std::optional<double>> values,
               Index tokens);

  [[nodiscard]] std::span<const Figure> figures() const { return figures_; }
  [[nodiscard]] std::optional<double> at(std::size_t i) const { return values_[i]; }
  [[nodiscard]] Index tokens() const { return tokens_; }
  /// By its key. Throws Error for one that there is not.
  [[nodiscard]] std::optional<double> operator[](std::string_view key) const;
  void set(std::string_view key, std::optional<double> value);

 private:
  [[nodiscard]] std::size_t place_of(std::string_view key) const;

  std::span<const Figure> figures_;
  std::vector<std::optional<double>> values_;
  Index tokens_ = 0;
};

/// part / whole; absent if nothing was counted. NaN stays NaN, in either: it is no count.
[[nodiscard]] inline std::optional<double> ratio(double part, double whole) {
  const bool nothing = whole <= 0 && part == part;
  return nothing ? std::nullopt : std::optional(part / whole);
}

/// "loss is not finite (nan); disc_loss is not finite (inf)": each value that is there and is not
/// finite, by its key. Empty if there is none.
[[nodiscard]] std::string non_finite_text(const FigureValues& values);

/// The figures that have a label, in one line: "loss 19.45  gen 4.459 | mlm 25.5%"; "-" where one
/// is missing. `shown`: evaluation shows those of evaluations alone, too.
[[nodiscard]] std::string figures_line(const FigureValues& values, Figure::Shown shown);

}  // namespace electra
