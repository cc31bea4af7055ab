#include "tasks/readers/text_file.h"

#include <algorithm>
#include <charconv>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/data/unicode.h"
#include "io/json.h"

namespace electra {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr Index longest_shown = 60;  // code points

}  // namespace

std::string read_text(const std::filesystem::path& file) {
  std::string text = read_file(file);
  if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
  if (text.empty()) refuse(file.string(), "examples", "an empty file");
  if (const std::size_t nul = text.find('\0'); nul != std::string::npos) {
    const auto ends = std::count(text.begin(), text.begin() + static_cast<Index>(nul), '\n');
    refuse(line_place(file.string(), ends + 1), "text in UTF-8", "a NUL byte");
  }
  return text;
}

std::vector<TextLine> lines_of(std::string_view text) {
  std::vector<TextLine> lines;
  for (Index number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back({number, line});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string line_place(const std::string& file, Index line) {
  return file + ", line " + std::to_string(line);
}

std::string shown(std::string_view text) {
  const std::string_view start = slice_characters(text, 0, longest_shown);
  const std::string quoted = json_string(start);
  return start.size() == text.size() ? quoted : quoted + " …";
}

void refuse(const std::string& place, const std::string& expected, const std::string& found) {
  throw IoError(place + ": expected " + expected + ", found " + found);
}

BadRow bad_row_of(std::string_view message, const std::string& file, Index line) {
  constexpr std::string_view before_line = ", line ";
  if (message.starts_with(file)) message.remove_prefix(file.size());
  if (message.starts_with(before_line)) {
    const char* digits = message.data() + before_line.size();
    const char* end = std::from_chars(digits, message.data() + message.size(), line).ptr;
    message.remove_prefix(static_cast<std::size_t>(end - message.data()));
  }
  message.remove_prefix(std::min(message.find_first_not_of(",: "), message.size()));
  return {line, std::string(message)};
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

Index column_of(std::string_view number, Index count, const std::string& place) {
  Index column = 0;
  const auto [end, code] = std::from_chars(number.data(), number.data() + number.size(), column);
  const bool fits = code == std::errc() && end == number.data() + number.size() && column >= 1;
  if (!fits || column > count)
    refuse(place, "a column from 1 to " + std::to_string(count), shown(number));
  return column - 1;
}

}  // namespace electra
