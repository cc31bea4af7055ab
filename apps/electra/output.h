#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace electra {

/// A line of results.
void print_line(std::string_view line);
/// A JSON object as one line; what is not UTF-8 becomes U+FFFD.
void print_json(const nlohmann::ordered_json& object);
/// Hands over what was printed. Throws IoError if it cannot be written.
void flush_results();

/// A cell of tab-separated output: tabs and ends of lines become blanks.
[[nodiscard]] std::string text_cell(std::string_view text);
/// With so many digits behind the point.
[[nodiscard]] std::string decimal_text(double value, int digits);

}  // namespace electra
