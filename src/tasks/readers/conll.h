#pragma once

#include <filesystem>

#include "electra/tasks/task.h"

namespace electra {

/// Sentences of words with a tag each (CoNLL 2003 and its like): a word a line, its columns between
/// tabs, or between blanks where the line has no tab; a blank line ends a sentence, and a line that
/// begins with -DOCSTART- is left out. The word is in column 1 and the tag in the last one, unless
/// options.text and options.label give other numbers. Throws IoError, naming file and line, for a
/// line with too few columns or, where the tag is in the last, not as many as the first line; for
/// an empty word or tag; for a tag that fits no scheme where others mark spans.
[[nodiscard]] Examples read_conll(const std::filesystem::path& file, TaskKind task,
                                  const ReadOptions& options);

}  // namespace electra
