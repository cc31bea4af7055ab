#include "electra/core/range.h"

#include <array>
#include <charconv>
#include <cmath>

#include "core/range.h"
#include "electra/core/error.h"

namespace electra {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class T>
std::string shortest(T value) {
  if (std::isnan(value)) return "nan";  // without a sign
  std::array<char, 32> digits{};
  const bool whole = std::trunc(value) == value && std::abs(value) < T(1e15);
  char* const end = digits.data() + digits.size();
  const auto result = whole ? std::to_chars(digits.data(), end, value, std::chars_format::fixed)
                            : std::to_chars(digits.data(), end, value);
  return {digits.data(), result.ptr};
}

}  // namespace

std::string ValueRange::text() const {
  if (!name.empty()) return std::string(name);
  const std::string first = number_text(low), last = number_text(high);
  if (low == -infinity && high == infinity) return "any number";
  if (low == -infinity) return (holds_high ? "at most " : "below ") + last;
  if (high == infinity && holds_low) return first + " or more";
  if (high == infinity) return low == 0 ? "a positive number" : "above " + first;
  if (holds_low && holds_high) return first + " to " + last;
  if (!holds_low && !holds_high) return "between " + first + " and " + last;
  if (holds_low) return first + " or more and below " + last;
  return "above " + first + " and at most " + last;
}

std::string number_text(double value) { return shortest(value); }
std::string number_text(float value) { return shortest(value); }

void refuse_value(std::string_view path, std::string_view expected, std::string_view found) {
  throw ConfigError(std::string(path) + ": expected " + std::string(expected) + ", found " +
                    std::string(found));
}

void expect(bool condition, std::string_view path, std::string_view expected, double found) {
  if (!condition) refuse_value(path, expected, number_text(found));
}

}  // namespace electra
