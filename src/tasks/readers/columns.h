#pragma once

#include <optional>
#include <string>
#include <vector>

#include "electra/tasks/task.h"

namespace electra {

/// What a table says of its columns: its first row, or the keys of its objects.
struct TableHead {
  std::string place;  // "dev.tsv, line 1": opens messages
  std::vector<std::string> names;
  bool are_keys = false;  // of JSON: names for sure, without an order
};

/// Which column is what, from 0.
struct Columns {
  std::optional<Index> text, text_b, negative, label;
  bool heading = false;  // the first row names them
  std::string remark;    // which were taken, for people
};

/// Those that the options name; the rest by the words of a heading ("sentence", "label"), else by
/// order: text and label, or text, text_b and label; of embed text, text_b and negative. A number
/// is a column's name only in a heading that is known by something else. Throws IoError, naming
/// the place and the columns that there are, for a column that is not there, that is taken twice,
/// or that cannot be told; ConfigError for one that the task does not have.
[[nodiscard]] Columns choose_columns(const TableHead& head, TaskKind task,
                                     const ReadOptions& options);

/// `column 2 ("label")`: for messages. Without a name where there is no heading.
[[nodiscard]] std::string column_place(const TableHead& head, const Columns& columns, Index column);

}  // namespace electra
