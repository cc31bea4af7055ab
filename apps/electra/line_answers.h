#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "electra/core/error.h"
#include "electra/core/shape.h"
#include "output.h"

namespace electra {

/// What became of lines that were to be answered.
struct AnswerTally {
  Index count = 0, refused = 0, cut = 0;

  /// The exit code: 1 if something was not answered. Says that, and how many were cut; `who` is
  /// "electra predict".
  [[nodiscard]] int finish(const std::string& who) const;
};

/// Answers lines as they come, in their order. One that cannot be answered costs one answer: an
/// error stands in its place, and standard error names it.
class LineAnswers {
 public:
  /// Where an error stands without --json: in cells of one line, or below the line.
  enum class Form : std::uint8_t { cells, block };

  struct Options {
    std::string who;   // "electra detect"
    std::string file;  // the name of what the lines are from
    bool json = false;
    Form form = Form::cells;
    std::string key = "text";  // what a line is called in JSON
  };

  explicit LineAnswers(Options options) : options_(std::move(options)) {}

  /// `ask(lines)` answers all together, `ask(line)` one if that is refused; an answer says what was
  /// `left_out`. `print(answer, line)`. Each refuses by an InputError, `print` before it prints.
  template <class Ask, class Print>
  void add(std::span<const std::string> lines, const Ask& ask, const Print& print) {
    decltype(ask(lines)) found;
    try {
      found = ask(lines);
    } catch (const InputError&) {
    }
    for (std::size_t i = 0; i < lines.size(); ++i) {
      ++tally_.count;
      try {
        take(found.empty() ? ask(lines[i]) : std::move(found[i]), lines[i], print);
      } catch (const InputError& error) {
        refuse(lines[i], error.what());
      }
    }
    flush_results();
  }
  [[nodiscard]] int finish() const { return tally_.finish(options_.who); }

 private:
  template <class Answer, class Print>
  void take(const Answer& answer, const std::string& line, const Print& print) {
    print(answer, line);
    if (answer.left_out > 0) ++tally_.cut;
  }
  void refuse(const std::string& line, const std::string& why);

  Options options_;
  AnswerTally tally_;
};

}  // namespace electra
