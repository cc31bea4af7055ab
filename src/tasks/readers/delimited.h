#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "electra/tasks/task.h"

namespace electra {

/// A row of a table, as its file has it.
struct Record {
  Index line = 0;  // where it begins, from 1
  std::vector<std::string> cells;
};

/// Rows of a text whose cells end with a tab and whose rows end with a line; nothing is quoted.
/// Empty lines are skipped. Throws IoError, naming file and line, for a row with more or fewer
/// cells than the first, unless options.bad_row is told.
[[nodiscard]] std::vector<Record> read_tab_separated(std::string_view text, const std::string& file,
                                                     const ReadOptions& options);

/// Rows with commas between cells (RFC 4180): a cell in quotes may hold commas, line ends and, as
/// "", quotes. A quote inside a cell that does not begin with one is a character like others.
/// Throws IoError for what follows a closing quote, for one that is missing (naming the line where
/// it opened) and for rows that are not as wide as the first,
/// unless options.bad_row is told; it goes on with the next line then.
[[nodiscard]] std::vector<Record> read_comma_separated(std::string_view text,
                                                       const std::string& file,
                                                       const ReadOptions& options);

}  // namespace electra
