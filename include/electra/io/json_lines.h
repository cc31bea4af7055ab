#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// A line of a text file, counted from 1: what messages name.
struct FileLine {
  std::string_view file;
  Index line = 0;
};

/// "file:line".
[[nodiscard]] std::string to_string(FileLine where);

/// What one line of a JSONL corpus says.
struct JsonLine {
  std::string text;               ///< the string under the key
  Index lone_surrogates = 0;      ///< halves that were left out of the text
  std::string problem;            ///< why the line is no document; empty if it is one
  bool is_object = false;         ///< a JSON object from its first to its last character
  bool has_key = false;           ///< with the key, whatever is under it
  std::vector<std::string> keys;  ///< its first eight keys
};

/// Reads the string under `key` of the object that the line holds, and takes the rest as it is:
/// what is under other keys need only be nested properly, at most 512 deep, so that NaN, a repeated
/// key or bytes that are not UTF-8 there cost nothing. In the text itself, half a surrogate pair is
/// left out, and bytes that are not UTF-8 and control characters are passed on. U+FEFF before the
/// object is skipped.
[[nodiscard]] JsonLine read_json_line(std::string_view line, std::string_view key);

}  // namespace electra
