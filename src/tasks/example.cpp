#include "electra/tasks/example.h"

#include "tasks/readers/text_file.h"

namespace electra {

std::string place_of(const Examples& examples, std::size_t row) {
  const Example& example = examples.rows[row];
  if (!example.id.empty()) return examples.file + ", question " + shown(example.id);
  if (example.line > 0) return line_place(examples.file, example.line);
  return examples.file + ", example " + std::to_string(row + 1);
}

}  // namespace electra
