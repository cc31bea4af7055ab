#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// What a text is made of, by its start.
struct TextContent {
  enum class Kind : std::uint8_t {
    plain,       // sentences
    json_lines,  // an object a line
    json,        // one value over many lines, or an array of all documents
  };
  Kind kind = Kind::plain;
  /// Of JSON lines: whether one of the first has the key; if none has, the keys of the first and
  /// its number.
  bool has_key = false;
  std::vector<std::string> keys = {};
  Index first_line = 0;
};

/// Looks at the first lines of a text. `head` is its start, `is_all` says that there is no more.
/// Text that opens with a brace or a bracket is text unless what follows is JSON.
[[nodiscard]] TextContent content_of(std::string_view head, bool is_all, std::string_view key);

/// What the name of a file says, in letters of either case.
enum class NameKind : std::uint8_t {
  text,        // *.txt, *.text
  json_lines,  // *.jsonl, *.ndjson
  json,        // *.json, which may be JSON lines or one document
  bare,        // without an extension
  other,
};

/// .gz and .zst at the end count nothing.
[[nodiscard]] NameKind kind_by_name(const std::filesystem::path& path);

}  // namespace electra
