#include "data/text_content.h"

#include <algorithm>

#include "electra/data/unicode.h"
#include "electra/io/json_lines.h"

namespace electra {
namespace {

constexpr std::size_t most_lines = 20;

struct NumberedLine {
  std::string_view text;  // stripped
  Index number = 0;
  bool complete = true;
};

/// The first lines that are not blank; the last of them may be cut by the head's end.
std::vector<NumberedLine> first_lines(std::string_view head, bool is_all) {
  std::vector<NumberedLine> lines;
  Index number = 1;
  for (std::size_t begin = 0; begin < head.size() && lines.size() < most_lines; ++number) {
    const std::size_t end = std::min(head.find_first_of("\r\n", begin), head.size());
    std::string_view text = strip(head.substr(begin, end - begin));
    while (text.starts_with("\xEF\xBB\xBF")) text = strip(text.substr(3));
    if (!text.empty()) lines.push_back({text, number, end < head.size() || is_all});
    begin = end + (head.substr(end).starts_with("\r\n") ? 2 : 1);
  }
  return lines;
}

/// {"key": at the start, however the line goes on.
bool opens_object(std::string_view line) {
  const auto skip = [&](std::size_t from) { return line.find_first_not_of(" \t", from); };
  const std::size_t quote = skip(1);
  if (!line.starts_with('{') || quote == line.npos || line[quote] != '"') return false;
  std::size_t end = quote + 1;
  while (end < line.size() && line[end] != '"') end += line[end] == '\\' ? 2 : 1;
  if (end >= line.size()) return false;
  const std::size_t colon = skip(end + 1);
  return colon != line.npos && line[colon] == ':';
}

bool opens_value(std::string_view line) {
  return line.starts_with('{') || line.starts_with('"') || line.starts_with('[');
}

/// The line holds a bracket or brace alone and the next a value, or it opens an array of objects.
bool opens_document(const std::vector<NumberedLine>& lines) {
  const std::string_view first = lines[0].text;
  if (lines.size() > 1 && first == "{") return lines[1].text.starts_with('"');
  if (lines.size() > 1 && first == "[") return opens_value(lines[1].text);
  if (!first.starts_with('[')) return false;
  const std::string_view element = strip(first.substr(1));
  return opens_object(element) || (element == "{" && lines.size() > 1);
}

/// Whether an array fills the whole line.
bool is_array(const NumberedLine& line) {
  if (!line.complete || !line.text.starts_with("[\"")) return false;
  return read_json_line("{\"x\":" + std::string(line.text) + "}", "y").is_object;
}

}  // namespace

TextContent content_of(std::string_view head, bool is_all, std::string_view key) {
  using Kind = TextContent::Kind;
  const auto lines = first_lines(head, is_all);
  if (lines.empty()) return {};
  if (opens_document(lines) || is_array(lines[0])) return {.kind = Kind::json};
  TextContent content;
  std::size_t like_json = 0, objects = 0;
  for (const NumberedLine& line : lines) {
    const JsonLine read = line.complete ? read_json_line(line.text, key) : JsonLine{};
    if (read.is_object || opens_object(line.text)) ++like_json;
    if (!read.is_object) continue;
    content.has_key = content.has_key || read.has_key;
    if (objects++ > 0) continue;
    content.keys = read.keys;
    content.first_line = line.number;
  }
  if (objects == 0) content.has_key = true;  // for all that is known
  if (like_json * 2 >= lines.size()) content.kind = Kind::json_lines;
  return content;
}

NameKind kind_by_name(const std::filesystem::path& path) {
  const auto lower = [](std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    });
    return text;
  };
  std::filesystem::path name = lower(path.filename().string());
  if (name.extension() == ".gz" || name.extension() == ".zst") name = name.stem();
  const std::string extension = name.extension().string();
  if (extension == ".txt" || extension == ".text") return NameKind::text;
  if (extension == ".jsonl" || extension == ".ndjson") return NameKind::json_lines;
  if (extension == ".json") return NameKind::json;
  return extension.empty() ? NameKind::bare : NameKind::other;
}

}  // namespace electra
