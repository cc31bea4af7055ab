#include "tasks/readers/table.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "electra/core/error.h"
#include "electra/data/unicode.h"
#include "tasks/readers/table_rows.h"
#include "tasks/readers/text_file.h"

namespace electra {

namespace {

/// Finite, with a sign or none.
std::optional<double> number_in(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, code] = std::from_chars(text.data(), end, value);
  if (code != std::errc() || stopped != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

void add_label(std::vector<std::string>& labels, std::string_view text) {
  const std::string label(strip(text));
  if (!label.empty() && std::ranges::find(labels, label) == labels.end()) labels.push_back(label);
}

std::vector<std::string> labels_between_semicolons(std::string_view text) {
  std::vector<std::string> labels;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    add_label(labels, text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return labels;
}

/// The cells of one row, as the task reads them.
class Row {
 public:
  Row(const std::string& file, const TableHead& head, const Columns& columns, const TableRow& row)
      : file_(file), head_(head), columns_(columns), row_(row) {}

  [[nodiscard]] std::string text(Index column) const {
    const Cell& cell = at(column);
    if (cell.kind != Cell::Kind::text) refuse_cell(column, "a string");
    return cell.text;
  }

  /// Empty where there is nothing, or null.
  [[nodiscard]] std::string optional_text(Index column) const {
    const Cell::Kind kind = at(column).kind;
    return kind == Cell::Kind::null || kind == Cell::Kind::absent ? "" : text(column);
  }

  [[nodiscard]] std::string label(Index column) const {
    const Cell& cell = at(column);
    const bool is_label = cell.kind == Cell::Kind::text || cell.kind == Cell::Kind::scalar;
    std::string label(strip(cell.text));
    if (!is_label || label.empty()) refuse_cell(column, "a label");
    return label;
  }

  [[nodiscard]] std::vector<std::string> labels(Index column) const {
    const Cell& cell = at(column);
    std::vector<std::string> labels;
    if (cell.kind == Cell::Kind::list)
      for (const std::string& label : cell.list) add_label(labels, label);
    else if (cell.kind == Cell::Kind::text || cell.kind == Cell::Kind::scalar)
      labels = labels_between_semicolons(cell.text);
    else if (cell.kind != Cell::Kind::null)
      refuse_cell(column, "labels, separated by ; or in a list");
    return labels;
  }

  [[nodiscard]] double number(Index column) const {
    const Cell& cell = at(column);
    const bool written = cell.kind == Cell::Kind::text || cell.kind == Cell::Kind::scalar;
    const auto value = written ? number_in(strip(cell.text)) : std::nullopt;
    if (!value) refuse_cell(column, "a finite number");
    return *value;
  }

 private:
  [[nodiscard]] const Cell& at(Index column) const {
    return row_.cells[static_cast<std::size_t>(column)];
  }

  [[noreturn]] void refuse_cell(Index column, const std::string& expected) const {
    const Cell& cell = at(column);
    refuse(line_place(file_, row_.line) + ", " + column_place(head_, columns_, column), expected,
           cell.kind == Cell::Kind::text ? shown(cell.text) : cell.found);
  }

  const std::string& file_;
  const TableHead& head_;
  const Columns& columns_;
  const TableRow& row_;
};

void read_label(Example& example, const Row& row, TaskKind task, Index column) {
  if (task == TaskKind::classify) example.labels = {row.label(column)};
  if (task == TaskKind::multilabel) example.labels = row.labels(column);
  if (task == TaskKind::regress) example.number = row.number(column);
}

Example example_of(const Row& row, Index line, TaskKind task, const Columns& columns,
                   bool labelled) {
  Example example;
  example.line = line;
  example.text = row.text(*columns.text);
  if (columns.text_b) example.text_b = row.text(*columns.text_b);
  if (columns.negative) example.negative = row.optional_text(*columns.negative);
  if (labelled && columns.label) read_label(example, row, task, *columns.label);
  return example;
}

}  // namespace

Examples read_table(const std::filesystem::path& file, TaskKind task, const ReadOptions& options) {
  if (options.comments)
    throw ConfigError(file.string() + ": comments: a table has none, only files of columns have");
  const TableRows table = read_rows(file, options);
  const Columns columns = choose_columns(table.head, task, options);
  Examples examples{.file = file.string(),
                    .rows = {},
                    .pairs = columns.text_b.has_value(),
                    .remarks = {columns.remark}};
  const bool skips_first = columns.heading && !table.head.are_keys;
  for (std::size_t i = skips_first ? 1 : 0; i < table.rows.size(); ++i) {
    const Row row(examples.file, table.head, columns, table.rows[i]);
    const Index line = table.rows[i].line;
    (void)read_row(options, examples.file, line, [&] {
      examples.rows.push_back(example_of(row, line, task, columns, options.labelled));
    });
  }
  if (examples.rows.empty()) refuse(table.head.place, "examples below the heading", "none");
  return examples;
}

}  // namespace electra
