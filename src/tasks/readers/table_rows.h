#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tasks/readers/columns.h"

namespace electra {

/// One value of a table. Only JSON has others than text.
struct Cell {
  enum class Kind : std::uint8_t { text, scalar, list, null, absent, other };
  Kind kind = Kind::absent;
  std::string text;               // text; scalar: a number or a truth value as JSON writes it
  std::vector<std::string> list;  // of text and scalars
  std::string found;              // what messages call it, if it is no text
};

struct TableRow {
  Index line = 0;
  std::vector<Cell> cells;  // one for each name
};

/// A table as its file has it: of a TSV or CSV file the first row is both head and row.
struct TableRows {
  TableHead head;
  std::vector<TableRow> rows;
};

/// By the file's extension, in letters of either case: .tsv and .txt, .csv, .jsonl and .json (an
/// object a line; columns are the keys of any). Throws IoError for another extension and for what
/// the file's form forbids, unless it is a row and options.bad_row is told.
[[nodiscard]] TableRows read_rows(const std::filesystem::path& file, const ReadOptions& options);

}  // namespace electra
