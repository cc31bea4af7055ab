#include "tasks/readers/conll.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "electra/core/error.h"
#include "tasks/readers/text_file.h"
#include "tasks/span_tags.h"

namespace electra {

namespace {

using Cells = std::vector<std::string_view>;

constexpr std::string_view blanks = " \t";

Cells cells_of(std::string_view line) {
  Cells cells;
  if (line.find('\t') != line.npos) {
    for (std::size_t begin = 0; begin <= line.size();) {
      const std::size_t end = std::min(line.find('\t', begin), line.size());
      cells.push_back(line.substr(begin, end - begin));
      begin = end + 1;
    }
    return cells;
  }
  for (std::size_t at = line.find_first_not_of(' '); at != line.npos;) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    cells.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(' ', end);
  }
  return cells;
}

Index number_of(const std::string& option, const char* key, const std::string& file) {
  if (!is_digits(option))
    throw ConfigError(file + ": " + key + ": expected a column's number, found " + shown(option));
  return column_of(option, 1000, file + ": " + key);
}

class ConllReader {
 public:
  ConllReader(const std::filesystem::path& file, const ReadOptions& options)
      : options_(options), text_(read_text(file)) {
    examples_.file = file.string();
    for (const std::string* other : {&options.text_b, &options.negative})
      if (!other->empty())
        throw ConfigError(examples_.file + ": tag takes words and their tags, found a column " +
                          shown(*other));
    if (!options.text.empty()) word_ = number_of(options.text, "text", examples_.file);
    if (!options.label.empty()) tag_ = number_of(options.label, "label", examples_.file);
  }

  Examples read() {
    for (const TextLine& line : lines_of(text_)) {
      const bool is_comment = options_.comments && line.text.starts_with('#');
      const bool ends = line.text.find_first_not_of(blanks) == line.text.npos ||
                        line.text.starts_with("-DOCSTART-");
      if (ends) end_sentence();
      if (ends || is_comment) continue;
      const auto add = [&] { add_word(line); };
      if (!read_row(options_, examples_.file, line.number, add)) is_whole_ = false;
    }
    end_sentence();
    if (examples_.rows.empty()) refuse(examples_.file, "sentences", "none");
    check_tags();
    examples_.remarks = {examples_.file + ": words in column " + std::to_string(word_ + 1) +
                         (options_.labelled ? ", tags in column " + tag_name() : "")};
    return std::move(examples_);
  }

 private:
  /// As the first line has it, where the last column is the tags'.
  std::string tag_name() const { return std::to_string(tag_ >= 0 ? tag_ + 1 : width_); }

  void end_sentence() {
    if (!sentence_.words.empty() && is_whole_) examples_.rows.push_back(std::move(sentence_));
    sentence_ = {};
    is_whole_ = true;
  }

  void add_word(const TextLine& line) {
    const Cells cells = cells_of(line.text);
    const std::string place = line_place(examples_.file, line.number);
    check_width(std::ssize(cells), line, place);
    if (sentence_.words.empty()) sentence_.line = line.number;
    sentence_.word_lines.push_back(line.number);
    sentence_.words.push_back(cell(cells, word_, "a word", place));
    if (!options_.labelled) return;
    const Index column = tag_ >= 0 ? tag_ : width_ - 1;
    sentence_.labels.push_back(cell(cells, column, "a tag", place));
  }

  void check_width(Index found, const TextLine& line, const std::string& place) {
    const bool last = options_.labelled && tag_ < 0;
    const Index least = std::max(word_ + 1, !options_.labelled ? 1 : last ? 2 : tag_ + 1);
    if (first_line_ == 0) {
      first_line_ = line.number;
      width_ = found;
    }
    const std::string hint =
        line.text.starts_with('#') && !options_.comments ? " (comments are read as words)" : "";
    const auto columns = [](Index n) {
      return std::to_string(n) + (n == 1 ? " column" : " columns");
    };
    if (found < least) refuse(place, columns(least) + " or more", columns(found) + hint);
    if (last && found != width_)
      refuse(place, columns(width_) + ", as line " + std::to_string(first_line_) + " has",
             columns(found) + hint);
  }

  static std::string cell(const Cells& cells, Index column, const char* what,
                          const std::string& place) {
    const std::string_view text = cells[static_cast<std::size_t>(column)];
    if (text.empty())
      refuse(place + ", column " + std::to_string(column + 1), what, "an empty cell");
    return std::string(text);
  }

  void check_tags() {
    std::set<std::string> all;
    for (const Example& sentence : examples_.rows)
      all.insert(sentence.labels.begin(), sentence.labels.end());
    const std::vector<std::string> foreign = foreign_tags({all.begin(), all.end()});
    if (!foreign.empty())
      std::erase_if(examples_.rows,
                    [&](const Example& sentence) { return has_tag(sentence, foreign); });
  }

  /// Whether the sentence has one of these tags, each of which is refused or told.
  bool has_tag(const Example& sentence, const std::vector<std::string>& foreign) const {
    bool has = false;
    for (std::size_t i = 0; i < sentence.labels.size(); ++i) {
      const std::string& tag = sentence.labels[i];
      if (std::ranges::find(foreign, tag) == foreign.end()) continue;
      const Index line = sentence.word_lines[i];
      has = !read_row(options_, examples_.file, line, [&] {
        refuse(line_place(examples_.file, line) + ", column " + tag_name(),
               "O, or B, I, E or S with - and a kind, as other tags are", shown(tag));
      });
    }
    return has;
  }

  const ReadOptions& options_;
  std::string text_;
  Index word_ = 0;
  Index tag_ = -1;  // the last column
  Index width_ = 0;
  Index first_line_ = 0;
  Examples examples_;
  Example sentence_;
  bool is_whole_ = true;  // no word of the sentence was left out
};

}  // namespace

Examples read_conll(const std::filesystem::path& file, TaskKind /*task*/,
                    const ReadOptions& options) {
  return ConllReader(file, options).read();
}

}  // namespace electra
