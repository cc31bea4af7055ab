#pragma once

#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "electra/core/error.h"
#include "electra/core/shape.h"

namespace electra {

/// The shortest text that reads back as this number: "0.5", "3", "-1e-07".
[[nodiscard]] inline std::string shortest_text(double value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}

/// Throws ConfigError with the path of a value, what was expected and found, unless `condition`.
inline void expect(bool condition, std::string_view path, std::string_view expected, double found) {
  if (!condition)
    throw ConfigError(std::string(path) + ": expected " + std::string(expected) + ", found " +
                      shortest_text(found));
}

inline void expect_count(std::string_view path, Index value, Index least) {
  expect(value >= least, path, std::to_string(least) + " or more", static_cast<double>(value));
}

inline void expect_share(std::string_view path, double value) {
  expect(value >= 0 && value < 1, path, "0 or more and below 1", value);
}

}  // namespace electra
