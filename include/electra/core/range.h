#pragma once

#include <concepts>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace electra {

/// Which numbers a value may take; NaN and infinity are never among them. Ends of integers are
/// compared exactly up to 2^53. Made by `from(0)`, `above(0)`, `from(5).to(512)`,
/// `from(0).below(1)`, `between(0, 1)`.
struct ValueRange {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool holds_low = true;
  bool holds_high = true;
  std::string_view name = {};  ///< what text() says, if not empty

  /// The same up to `end`, which is in.
  [[nodiscard]] constexpr ValueRange to(double end) const {
    return {low, end, holds_low, true, {}};
  }
  /// The same up to `end`, which is out.
  [[nodiscard]] constexpr ValueRange below(double end) const {
    return {low, end, holds_low, false, {}};
  }
  /// The same in other words, which must outlive it: "a positive number of seconds".
  [[nodiscard]] constexpr ValueRange called(std::string_view words) const {
    return {low, high, holds_low, holds_high, words};
  }

  [[nodiscard]] constexpr bool contains(double value) const {
    constexpr double most = std::numeric_limits<double>::max();
    return value >= -most && value <= most && (holds_low ? value >= low : value > low) &&
           (holds_high ? value <= high : value < high);
  }
  /// In words, as messages have it after "expected": "0 or more and below 1".
  [[nodiscard]] std::string text() const;
};

/// `end` and all above it.
[[nodiscard]] constexpr ValueRange from(double end) { return {.low = end}; }
/// All above `end`, without it.
[[nodiscard]] constexpr ValueRange above(double end) { return {.low = end, .holds_low = false}; }
/// All between the ends, without them.
[[nodiscard]] constexpr ValueRange between(double low, double high) {
  return above(low).below(high);
}

/// The shortest text that reads back as this number, whole numbers in plain digits: "0.5", "3",
/// "-1e-07".
[[nodiscard]] std::string number_text(double value);
[[nodiscard]] std::string number_text(float value);

/// Throws ConfigError "train.batch: expected 1 or more, found 0".
[[noreturn]] void refuse_value(std::string_view path, std::string_view expected,
                               std::string_view found);

/// Throws ConfigError with the path unless the number is in the range.
template <class T>
requires std::floating_point<T> ||
    (std::integral<T> && !std::same_as<T, bool>)void check_range(std::string_view path, T value,
                                                                 const ValueRange& range) {
  if (range.contains(static_cast<double>(value))) return;
  if constexpr (std::integral<T>)
    refuse_value(path, range.text(), std::to_string(value));
  else
    refuse_value(path, range.text(), number_text(value));
}

/// A value that is not there is in every range.
template <class T>
void check_range(std::string_view path, const std::optional<T>& value, const ValueRange& range) {
  if (value) check_range(path, *value, range);
}

/// Every element must be in the range; the message names the first that is not: "rates[2]".
template <class T>
void check_range(std::string_view path, const std::vector<T>& values, const ValueRange& range) {
  for (std::size_t i = 0; i < values.size(); ++i)
    check_range(std::string(path) + "[" + std::to_string(i) + "]", values[i], range);
}

}  // namespace electra
