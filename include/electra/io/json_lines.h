#pragma once

#include <string>
#include <string_view>

#include "electra/core/shape.h"

namespace electra {

/// A line of a text file, counted from 1: what messages name.
struct FileLine {
  std::string_view file;
  Index line = 0;
};

/// "file:line".
[[nodiscard]] std::string to_string(FileLine where);

/// The "text" of one document of a JSONL corpus; its other keys are ignored. Throws IoError, naming
/// file and line, if the line is not a JSON object, has no "text" or two, or "text" is no string.
[[nodiscard]] std::string text_of_json_line(std::string_view line, FileLine where);

}  // namespace electra
