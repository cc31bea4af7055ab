#include "tasks/readers/table_rows.h"

#include <algorithm>
#include <set>

#include "electra/data/unicode.h"
#include "io/json.h"
#include "tasks/readers/delimited.h"
#include "tasks/readers/text_file.h"

namespace electra {

namespace {

std::string extension_of(const std::filesystem::path& file) {
  std::string extension = file.extension().string();
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return extension;
}

bool is_blank(std::string_view text) { return text.find_first_not_of(" \t") == text.npos; }

TableRows of_records(std::vector<Record> records, const std::string& file) {
  if (records.empty()) refuse(file, "examples", "empty lines alone");
  TableRows table{
      .head = {.place = line_place(file, records.front().line), .names = {}, .are_keys = false},
      .rows = {}};
  for (const std::string& name : records.front().cells) table.head.names.emplace_back(strip(name));
  for (Record& record : records) {
    TableRow row{record.line, {}};
    for (std::string& cell : record.cells)
      row.cells.push_back({Cell::Kind::text, std::move(cell), {}, {}});
    table.rows.push_back(std::move(row));
  }
  return table;
}

bool is_scalar(const Json& value) { return value.is_number() || value.is_boolean(); }

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

Cell cell_of(const Json& value) {
  Cell cell{Cell::Kind::other, {}, {}, {}};
  if (value.is_null()) cell.kind = Cell::Kind::null;
  if (value.is_string()) cell.kind = Cell::Kind::text;
  if (is_scalar(value)) cell.kind = Cell::Kind::scalar;
  if (value.is_string() || is_scalar(value)) cell.text = text_of(value);
  const auto fits = [](const Json& one) { return one.is_string() || is_scalar(one); };
  if (value.is_array() && std::ranges::all_of(value, fits)) {
    cell.kind = Cell::Kind::list;
    for (const Json& one : value) cell.list.push_back(text_of(one));
  }
  if (cell.kind != Cell::Kind::text) cell.found = kind_of(value);
  return cell;
}

Json object_of(const TextLine& line, const std::string& file) {
  const std::string place = line_place(file, line.number);
  if (line.text[line.text.find_first_not_of(" \t")] != '{')
    refuse(place, "one JSON object a line", shown(line.text));
  return parse_json_object(line.text, place);
}

TableRows of_json_lines(std::string_view text, const std::string& file,
                        const ReadOptions& options) {
  std::vector<std::pair<Index, Json>> objects;
  std::set<std::string> keys;
  for (const TextLine& line : lines_of(text)) {
    if (is_blank(line.text)) continue;
    Json object;
    if (!read_row(options, file, line.number, [&] { object = object_of(line, file); })) continue;
    for (const auto& [key, value] : object.items()) keys.insert(key);
    objects.emplace_back(line.number, std::move(object));
  }
  if (objects.empty()) refuse(file, "JSON objects, one a line", "empty lines alone");
  TableRows table{.head = {.place = file, .names = {keys.begin(), keys.end()}, .are_keys = true},
                  .rows = {}};
  for (const auto& [line, object] : objects) {
    TableRow row{line, {}};
    for (const std::string& key : table.head.names)
      row.cells.push_back(object.contains(key) ? cell_of(object[key])
                                               : Cell{Cell::Kind::absent, {}, {}, "nothing"});
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

TableRows read_rows(const std::filesystem::path& file, const ReadOptions& options) {
  const std::string extension = extension_of(file);
  const bool tabs = extension == ".tsv" || extension == ".txt";
  const bool json = extension == ".jsonl" || extension == ".json";
  if (!tabs && !json && extension != ".csv")
    refuse(file.string(), "a file that ends with .tsv, .txt, .csv, .jsonl or .json",
           extension.empty() ? "none of these" : shown(extension));
  const std::string text = read_text(file);
  if (json) return of_json_lines(text, file.string(), options);
  return of_records(tabs ? read_tab_separated(text, file.string(), options)
                         : read_comma_separated(text, file.string(), options),
                    file.string());
}

}  // namespace electra
