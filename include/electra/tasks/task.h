#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "electra/tasks/example.h"

namespace electra {

/// What a task asks of a text, and so what a prediction of it is.
enum class TaskKind : std::uint8_t { classify, multilabel, regress, tag, answer, embed };

/// A row of a file that is not what it should be.
struct BadRow {
  Index line = 0;    // from 1; 0 where no line is known
  std::string what;  // "column 2: expected a label, found \"\"", without the file and the line
};

/// Which columns of a table a reader takes, and what else it is told. A column is a name, if the
/// file's first line holds it, else a number from 1; empty: the usual one.
struct ReadOptions {
  std::string text = {};
  std::string text_b = {};
  std::string negative = {};
  std::string label = {};
  bool comments = false;  // CoNLL: lines that begin with # are none
  bool labelled = true;   // false: examples are read for a prediction, and need no label
  /// Is told each row that cannot be read, which is then left out, with its sentence if it is a
  /// word; where it is empty, the first such row is refused.
  std::function<void(const BadRow&)> bad_row = {};
};

/// Reads a file of one form. Throws IoError that names file, line, column, what was expected and
/// found.
using ReadExamples = Examples (*)(const std::filesystem::path& file, TaskKind task,
                                  const ReadOptions& options);

/// One score, described once: how it is called and shown, and which way is better.
struct ScoreInfo {
  enum class Better : std::uint8_t { more, less };
  std::string_view key;    // "macro_f1": in JSON
  std::string_view title;  // "macro F1": for people
  Better better = Better::more;
  bool percent = true;  // shown times 100
};

/// A row of the table of tasks.
struct TaskInfo {
  std::string_view name;  // "classify"
  TaskKind kind = TaskKind::classify;
  ReadExamples read = nullptr;
  std::string_view head;              // the name of its kind of head: models/heads.cpp
  std::span<const ScoreInfo> scores;  // the first decides. Some do not apply to every set of labels
  Index length = 128;                 // tokens at most
  Index stride = 0;                   // answer: tokens that windows of a passage share
  Index epochs = 3;
  std::string_view help;  // one line
};

/// Every task that there is: the table in task.cpp.
[[nodiscard]] std::span<const TaskInfo> tasks();
/// Throws ConfigError that lists the tasks for a name that there is not.
[[nodiscard]] const TaskInfo& task_named(std::string_view name);

}  // namespace electra
