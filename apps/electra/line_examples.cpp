#include "line_examples.h"

#include <algorithm>
#include <vector>

#include "electra/core/error.h"

namespace electra {

namespace {

std::vector<std::string> words_of(const std::string& line) {
  constexpr const char* blanks = " \t";
  std::vector<std::string> words;
  for (std::size_t at = line.find_first_not_of(blanks); at != line.npos;) {
    const std::size_t end = std::min(line.find_first_of(blanks, at), line.size());
    words.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(blanks, end);
  }
  return words;
}

/// Both sides of the only tab.
void read_pair(const std::string& line, bool question_first, Example& example) {
  const auto tabs = std::ranges::count(line, '\t');
  if (tabs != 1)
    throw InputError(
        std::string("expected ") +
        (question_first ? "a question, a tab and a passage" : "a text, a tab and a second text") +
        ", found " + std::to_string(tabs + 1) + (tabs == 0 ? " column" : " columns"));
  const std::size_t tab = line.find('\t');
  const std::string first = line.substr(0, tab), second = line.substr(tab + 1);
  example.text = question_first ? second : first;
  example.text_b = question_first ? first : second;
}

}  // namespace

int columns_of(TaskKind task, bool pairs) {
  const bool takes_pairs = task == TaskKind::classify || task == TaskKind::regress;
  return task == TaskKind::answer || (takes_pairs && pairs) ? 2 : 1;
}

int columns_of(const Predictor& predictor) {
  return columns_of(predictor.task().kind, predictor.head().pairs);
}

Example example_of_line(const Predictor& predictor, const std::string& line, Index number) {
  return example_of_line(predictor.task().kind, predictor.head().pairs, line, number);
}

Example example_of_line(TaskKind task, bool pairs, const std::string& line, Index number) {
  Example example;
  example.line = number;
  if (columns_of(task, pairs) == 2)
    read_pair(line, task == TaskKind::answer, example);
  else if (task == TaskKind::tag)
    example.words = words_of(line);
  else
    example.text = line;
  return example;
}

}  // namespace electra
