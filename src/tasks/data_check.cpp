#include "electra/tasks/data_check.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>
#include <tuple>
#include <utility>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/data/unicode.h"
#include "electra/tasks/labels.h"
#include "tasks/checks/label_use.h"
#include "tasks/checks/same_texts.h"
#include "tasks/checks/token_use.h"
#include "tasks/readers/text_file.h"

namespace electra {

namespace {

using Findings = std::vector<DataFinding>;

/// Parts of what UTF-8 looks like that was read as Latin-1 or Windows-1252, and U+FFFD.
constexpr auto garbled_marks = std::to_array<std::string_view>(
    {"\xC3\x82\xC2", "\xC3\x83\xC2", "\xC3\xA2\xE2\x82\xAC", "\xEF\xBF\xBD"});

std::string first_bad_byte(std::string_view text) {
  while (true) {
    const Decoded first = decode_first(text);
    std::array<char, 8> digits{};
    std::snprintf(digits.data(), digits.size(), "0x%02X", static_cast<unsigned char>(text[0]));
    if (!first.valid()) return digits.data();
    text.remove_prefix(static_cast<std::size_t>(first.bytes));
  }
}

/// The characters around a mark.
std::string around(std::string_view text, std::size_t mark) {
  constexpr Index before = 10, shown_characters = 24;
  const Index place = count_characters(text.substr(0, mark));
  const Index begin = std::max<Index>(0, place - before);
  return shown(slice_characters(text, begin, begin + shown_characters));
}

void check_line(const std::string& file, const TextLine& line, Findings& findings) {
  if (!is_utf8(line.text)) {
    findings.push_back({.fault = DataFault::bad_encoding,
                        .file = file,
                        .line = line.number,
                        .what = "expected UTF-8, found the byte " + first_bad_byte(line.text)});
    return;
  }
  for (const std::string_view mark : garbled_marks)
    if (const std::size_t at = line.text.find(mark); at != line.text.npos) {
      findings.push_back(
          {.fault = DataFault::garbled,
           .file = file,
           .line = line.number,
           .what = "looks as if another encoding was read: " + around(line.text, at)});
      return;
    }
}

/// Whether a text of the example that counts is white space alone.
bool has_empty_text(const Example& example, TaskKind task, bool pairs) {
  const auto is_empty = [](const std::string& text) { return strip(text).empty(); };
  if (task == TaskKind::tag) return std::ranges::any_of(example.words, is_empty);
  const bool has_second = pairs || task == TaskKind::answer || task == TaskKind::embed;
  return is_empty(example.text) || (has_second && is_empty(example.text_b));
}

class DataChecker {
 public:
  DataChecker(const TaskInfo& task, const DataCheckOptions& options)
      : task_(task), options_(options) {}

  DataCheck check() {
    const Examples training = checked(options_.train);
    check_rare_labels(training, check_.findings);
    const Labels labels = labels_of(training);
    Examples evaluation;
    if (!options_.evaluate.empty()) {
      evaluation = checked(options_.evaluate);
      if (!training.rows.empty() && !evaluation.rows.empty()) compare(training, evaluation, labels);
    }
    check_.labels = label_counts(task_.kind, labels, training, evaluation);
    sort();
    return std::move(check_);
  }

 private:
  void add(DataFault fault, const std::string& file, Index line, std::string what) {
    check_.findings.push_back(
        {.fault = fault, .file = file, .line = line, .what = std::move(what)});
  }

  /// What can be read of a file, looked at by itself.
  Examples checked(const std::filesystem::path& path) {
    const std::string file = path.string();
    const std::string bytes = read_file(path);
    for (const TextLine& line : lines_of(bytes)) check_line(file, line, check_.findings);
    const Examples examples = readable(path);
    check_.remarks.insert(check_.remarks.end(), examples.remarks.begin(), examples.remarks.end());
    check_.files.push_back({.file = file, .examples = std::ssize(examples.rows)});
    check_texts(examples);
    SameTexts(examples, task_.kind).check(check_.findings);
    check_balance(examples, task_.kind, check_.findings);
    if (options_.features != nullptr)
      check_tokens(examples, options_, check_.files.back(), check_.findings);
    return examples;
  }

  /// A line that is not UTF-8 has that fault alone.
  Examples readable(const std::filesystem::path& path) {
    const std::string file = path.string();
    std::set<Index> known;
    for (const DataFinding& finding : check_.findings)
      if (finding.file == file && finding.fault == DataFault::bad_encoding)
        known.insert(finding.line);
    ReadOptions read = options_.read;
    read.bad_row = [&](const BadRow& row) {
      if (!known.contains(row.line)) add(DataFault::bad_row, file, row.line, row.what);
    };
    try {
      return task_.read(path, task_.kind, read);
    } catch (const IoError& error) {
      const BadRow first = bad_row_of(error.what(), file, 0);
      if (!known.contains(first.line)) add(DataFault::bad_file, file, first.line, first.what);
      return {.file = file, .rows = {}, .pairs = false, .remarks = {}};
    }
  }

  void check_texts(const Examples& examples) {
    for (const Example& example : examples.rows) {
      if (has_empty_text(example, task_.kind, examples.pairs))
        add(DataFault::empty_text, examples.file, example.line, "a text of white space alone");
      const bool with = !examples.rows.front().negative.empty();
      if (task_.kind == TaskKind::embed && example.negative.empty() == with)
        add(DataFault::bad_row, examples.file, example.line,
            std::string("expected a negative in every example or in none, found ") +
                (with ? "none here" : "one here"));
    }
  }

  Labels labels_of(const Examples& training) {
    const auto has_labels = [](const Example& example) { return !example.labels.empty(); };
    if (std::ranges::any_of(training.rows, has_labels)) return Labels::of(training);
    if (task_.kind == TaskKind::multilabel && !training.rows.empty())
      add(DataFault::bad_file, training.file, 0, "expected labels, found none");
    return {};
  }

  void compare(const Examples& training, const Examples& evaluation, const Labels& labels) {
    const auto has_negatives = [](const Examples& of) { return !of.rows.front().negative.empty(); };
    if (training.pairs != evaluation.pairs)
      add(DataFault::bad_file, evaluation.file, 0,
          std::string("expected ") + (training.pairs ? "pairs of" : "single") + " texts, as in " +
              training.file + ", found " + (training.pairs ? "single ones" : "pairs"));
    if (!has_negatives(training) && has_negatives(evaluation))
      add(DataFault::bad_file, evaluation.file, 0,
          "expected no negatives, as in " + training.file + ", found some");
    check_known_labels(evaluation, labels, check_.findings);
    const SameTexts known(training, task_.kind);
    SameTexts(evaluation, task_.kind).check_against(known, check_.findings);
  }

  void sort() {
    const auto place = [&](const DataFinding& finding) {
      return std::tuple(finding.fault, finding.file != check_.files.front().file, finding.line);
    };
    std::ranges::stable_sort(check_.findings, {}, place);
  }

  const TaskInfo& task_;
  const DataCheckOptions& options_;
  DataCheck check_;
};

}  // namespace

std::span<const std::string_view> enum_names(DataFault) {
  static constexpr auto names = std::to_array<std::string_view>(
      {"bad_file", "bad_row", "bad_encoding", "empty_text", "unknown_label", "conflict", "leak",
       "repeat", "rare_label", "imbalance", "garbled", "too_long", "unknown_piece"});
  return names;
}

bool is_error(DataFault fault) { return fault <= DataFault::unknown_label; }

DataCheck check_data(const TaskInfo& task, const DataCheckOptions& options) {
  return DataChecker(task, options).check();
}

}  // namespace electra
