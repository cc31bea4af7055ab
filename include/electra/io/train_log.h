#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "electra/core/append_file.h"
#include "electra/core/shape.h"

namespace electra {

/// Names and values in order: what one line of a train.jsonl says. A number that is not finite is
/// left out, so a missing metric is absent, never 0 or NaN.
class LogRecord {
 public:
  using Texts = std::vector<std::string>;
  struct Field;

  LogRecord& add(std::string_view key, double number);
  LogRecord& add(std::string_view key, std::int64_t number);
  LogRecord& add(std::string_view key, std::uint64_t number);
  LogRecord& add(std::string_view key, int number) { return add(key, std::int64_t{number}); }
  LogRecord& add(std::string_view key, std::string_view text);
  LogRecord& add(std::string_view key, const char* text) {
    return add(key, std::string_view(text));
  }
  LogRecord& add(std::string_view key, Texts texts);
  LogRecord& add(std::string_view key, LogRecord record);

  [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

/// One name and its value.
struct LogRecord::Field {
  std::string key;
  std::variant<double, std::int64_t, std::uint64_t, std::string, Texts, LogRecord> value;
};

/// One line of JSON, without the line's end.
[[nodiscard]] std::string to_json_line(const LogRecord& record);

/// The numbers of one line of a log.
struct LoggedLine {
  Index step = 0;
  std::map<std::string, double, std::less<>> numbers;

  /// Absent if the line has no such number.
  [[nodiscard]] std::optional<double> operator[](std::string_view key) const;
};
/// The lines of one kind ("train", "evaluation") that a log has of steps up to this one, in order;
/// none if there is no log. Throws IoError for a damaged line that is not the last.
[[nodiscard]] std::vector<LoggedLine> logged_lines(const std::filesystem::path& path,
                                                   std::string_view kind, Index last_step);

/// A train.jsonl: one JSON object a line, with the operating system as soon as `write` returns.
class TrainLog {
 public:
  /// An empty log; replaces an old one. Throws IoError.
  [[nodiscard]] static TrainLog create(const std::filesystem::path& path);
  /// Whether the step that a run goes on from was evaluated, or is evaluated once more.
  enum class Evaluation : std::uint8_t { done, repeated };
  /// The log of a run that goes on from its checkpoint at `step`. Cut off, in one atomic
  /// replacement, are lines of later steps, the "end" line, the evaluation of `step` if it is
  /// repeated, and a line torn by a crash. A missing log starts empty. Throws IoError for a damaged
  /// line elsewhere.
  [[nodiscard]] static TrainLog continue_from(const std::filesystem::path& path, Index step,
                                              Evaluation evaluation = Evaluation::done);

  /// Appends {"t": seconds since 1970, "kind": kind, …record}.
  void write(std::string_view kind, const LogRecord& record);

 private:
  explicit TrainLog(AppendFile file) : file_(std::move(file)) {}

  AppendFile file_;
};

}  // namespace electra
