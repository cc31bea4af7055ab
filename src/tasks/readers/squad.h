#pragma once

#include <filesystem>

#include "electra/tasks/task.h"

namespace electra {

/// Questions of a SQuAD file, 1.1 or 2.0: text is the passage, text_b the question. Places of
/// answers, code points in the file, become bytes. Plausible answers and versions are not looked
/// at. A line is that of the question's id. Throws IoError, naming the file and the place in it or
/// the question's id, for what is not JSON of this form, an id that stands twice, an answer that is
/// not in its passage where the file says, and a question that has answers though it is impossible
/// or none though it is possible.
[[nodiscard]] Examples read_squad(const std::filesystem::path& file, TaskKind task,
                                  const ReadOptions& options);

}  // namespace electra
