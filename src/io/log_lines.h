#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "electra/core/error.h"
#include "electra/core/shape.h"
#include "electra/io/json_lines.h"
#include "io/json.h"

namespace electra {

/// Calls use(object, line) for each line of a log, a JSON object each. A last line that is damaged
/// is left out: it may be on its way still, or torn by a crash. Throws IoError, naming file and
/// line, for one elsewhere.
template <class Use>
void for_each_log_line(std::string_view text, const std::string& name, const Use& use) {
  std::size_t begin = 0;
  for (Index number = 1; begin < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    Json object;
    try {
      object = parse_json_object(line, to_string(FileLine{name, number}));
    } catch (const IoError&) {
      if (begin < text.size()) throw;
      return;
    }
    use(object, line);
  }
}

}  // namespace electra
