#pragma once

#include <string>
#include <string_view>

#include "electra/core/error.h"
#include "electra/core/shape.h"

namespace electra {

/// The shortest text of a number: "0.5", "3".
[[nodiscard]] inline std::string number_text(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

/// Throws ConfigError with the path of a value, what was expected and found, unless `condition`.
inline void expect(bool condition, std::string_view path, std::string_view expected, double found) {
  if (!condition)
    throw ConfigError(std::string(path) + ": expected " + std::string(expected) + ", found " +
                      number_text(found));
}

inline void expect_count(std::string_view path, Index value, Index least) {
  expect(value >= least, path, std::to_string(least) + " or more", static_cast<double>(value));
}

inline void expect_share(std::string_view path, double value) {
  expect(value >= 0 && value < 1, path, "0 or more and below 1", value);
}

}  // namespace electra
