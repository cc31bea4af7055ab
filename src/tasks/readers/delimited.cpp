#include "tasks/readers/delimited.h"

#include <algorithm>

#include "tasks/readers/text_file.h"

namespace electra {

namespace {

std::string columns(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " column" : " columns");
}

void check_width(const Record& record, const std::vector<Record>& records,
                 const std::string& file) {
  if (!records.empty() && record.cells.size() != records.front().cells.size())
    refuse(line_place(file, record.line),
           columns(records.front().cells.size()) + ", as line " +
               std::to_string(records.front().line) + " has",
           columns(record.cells.size()));
}

/// Reads one record after another.
class CommaReader {
 public:
  CommaReader(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  [[nodiscard]] bool at_end() const { return at_ == text_.size(); }
  [[nodiscard]] bool skip_empty_line() {
    const bool empty = take("\n") || take("\r\n");
    if (empty) ++line_;
    return empty;
  }
  [[nodiscard]] Index line() const { return line_; }
  [[nodiscard]] Record record() {
    Record record{line_, {}};
    do record.cells.push_back(text_.substr(at_).starts_with('"') ? quoted() : plain());
    while (take(","));
    if (take("\n") || take("\r\n") || take("\r")) ++line_;
    return record;
  }
  /// Goes on behind what a record was refused for.
  void skip_line() {
    at_ = std::min(text_.find('\n', at_), text_.size());
    if (take("\n")) ++line_;
  }

 private:
  [[nodiscard]] bool take(std::string_view what) {
    const bool there = text_.substr(at_).starts_with(what);
    if (there) at_ += what.size();
    return there;
  }

  std::string plain() {
    const std::size_t end = std::min(text_.find_first_of(",\n", at_), text_.size());
    std::string cell(text_.substr(at_, end - at_));
    at_ = end;
    const bool ends_line = end == text_.size() || text_[end] == '\n';
    if (ends_line && cell.ends_with('\r')) cell.pop_back();
    return cell;
  }

  std::string quoted() {
    const Index opened = line_;
    std::string cell;
    ++at_;
    while (true) {
      const std::size_t end = text_.find('"', at_);
      if (end == text_.npos)
        refuse(line_place(file_, opened), "a quote that closes the one that opens here",
               "the end of the file");
      const std::string_view part = text_.substr(at_, end - at_);
      line_ += std::ranges::count(part, '\n');
      cell += part;
      at_ = end + 1;
      if (!take("\"")) break;
      cell += '"';
    }
    const std::string_view rest = text_.substr(at_);
    if (!rest.empty() && rest != "\r" && !rest.starts_with(',') && !rest.starts_with('\n') &&
        !rest.starts_with("\r\n"))
      refuse(line_place(file_, line_), "a comma or the line's end after a closing quote",
             shown(rest.substr(0, std::min(rest.find_first_of(",\r\n"), rest.size()))));
    return cell;
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
  Index line_ = 1;
};

}  // namespace

std::vector<Record> read_tab_separated(std::string_view text, const std::string& file,
                                       const ReadOptions& options) {
  std::vector<Record> records;
  for (const TextLine& line : lines_of(text)) {
    if (line.text.empty()) continue;
    Record record{line.number, {}};
    for (std::size_t begin = 0; begin <= line.text.size();) {
      const std::size_t end = std::min(line.text.find('\t', begin), line.text.size());
      record.cells.emplace_back(line.text.substr(begin, end - begin));
      begin = end + 1;
    }
    const auto check = [&] { check_width(record, records, file); };
    if (read_row(options, file, record.line, check)) records.push_back(std::move(record));
  }
  return records;
}

std::vector<Record> read_comma_separated(std::string_view text, const std::string& file,
                                         const ReadOptions& options) {
  std::vector<Record> records;
  CommaReader reader(text, file);
  while (!reader.at_end()) {
    if (reader.skip_empty_line()) continue;
    Record record;
    const auto check = [&] { check_width(record, records, file); };
    if (!read_row(options, file, reader.line(), [&] { record = reader.record(); }))
      reader.skip_line();
    else if (read_row(options, file, record.line, check))
      records.push_back(std::move(record));
  }
  return records;
}

}  // namespace electra
