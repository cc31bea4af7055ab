#pragma once

#include <filesystem>

#include "electra/tasks/task.h"

namespace electra {

/// Examples of classify, multilabel, regress and embed from a table (readers/table_rows.h), whose
/// columns readers/columns.h chooses. Labels are stripped of white space at their ends; those of
/// multilabel stand between ';' or in a JSON list, none where the cell is empty. Numbers are
/// written with a point, whatever the locale, and are finite. Throws IoError that names file, line,
/// column, what was expected and found.
[[nodiscard]] Examples read_table(const std::filesystem::path& file, TaskKind task,
                                  const ReadOptions& options);

}  // namespace electra
