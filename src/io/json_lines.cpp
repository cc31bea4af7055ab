#include "electra/io/json_lines.h"

#include "electra/core/error.h"
#include "io/json.h"

namespace electra {

std::string to_string(FileLine where) {
  return std::string(where.file) + ":" + std::to_string(where.line);
}

std::string text_of_json_line(std::string_view line, FileLine where) {
  const Json document = parse_json_object(line, to_string(where));
  const auto text = document.find("text");
  if (text == document.end())
    throw IoError(to_string(where) + ": expected the key \"text\", found none");
  if (!text->is_string())
    throw IoError(to_string(where) + ": expected a string as \"text\", found " + kind_of(*text));
  return text->get<std::string>();
}

}  // namespace electra
