#include "tasks/checks/label_use.h"

#include <algorithm>
#include <map>

#include "electra/core/quantity_text.h"
#include "electra/core/range.h"
#include "tasks/readers/text_file.h"

namespace electra {

namespace {

constexpr double dominant_share = 0.9;
constexpr Index fewest = 10;  // examples of which a share says something

/// How often there is something, and where first.
struct Use {
  Index times = 0, line = 0;

  void add(Index at) {
    if (times++ == 0) line = at;
  }
};

/// Of tags the word's.
Index line_of(const Example& example, std::size_t label) {
  return example.word_lines.empty() ? example.line : example.word_lines[label];
}

/// What a table of a task's answers counts.
std::vector<std::string> counted(const Example& example, TaskKind task) {
  if (task == TaskKind::answer) return {example.answers.empty() ? "no answer" : "answer"};
  return example.labels;
}

void count(std::vector<LabelCount>& counts, TaskKind task, const Examples& examples,
           Index LabelCount::*column) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < counts.size(); ++i) places.emplace(counts[i].label, i);
  for (const Example& example : examples.rows)
    for (const std::string& label : counted(example, task)) {
      const auto [place, is_new] = places.emplace(label, counts.size());
      if (is_new) counts.push_back({.label = label});
      ++(counts[place->second].*column);
    }
}

}  // namespace

void check_rare_labels(const Examples& training, std::vector<DataFinding>& findings) {
  std::map<std::string, Use> uses;
  for (const Example& example : training.rows)
    for (std::size_t i = 0; i < example.labels.size(); ++i)
      uses[example.labels[i]].add(line_of(example, i));
  for (const auto& [label, use] : uses)
    if (use.times == 1)
      findings.push_back({.fault = DataFault::rare_label,
                          .file = training.file,
                          .line = use.line,
                          .what = "the label " + shown(label) + " is here alone"});
}

void check_known_labels(const Examples& evaluation, const Labels& labels,
                        std::vector<DataFinding>& findings) {
  for (const Example& example : evaluation.rows)
    for (std::size_t i = 0; i < example.labels.size(); ++i)
      if (labels.find(example.labels[i]) < 0)
        findings.push_back({.fault = DataFault::unknown_label,
                            .file = evaluation.file,
                            .line = line_of(example, i),
                            .what = "the training file has no label " + shown(example.labels[i])});
}

void check_balance(const Examples& examples, TaskKind task, std::vector<DataFinding>& findings) {
  if (task != TaskKind::classify && task != TaskKind::regress) return;
  std::map<std::string, Use> uses;
  for (const Example& example : examples.rows) {
    const bool has_number = task == TaskKind::regress;
    uses[has_number ? number_text(example.number) : shown(example.labels.front())].add(
        example.line);
  }
  const Index all = std::ssize(examples.rows);
  for (const auto& [label, use] : uses)
    if (all >= fewest &&
        static_cast<double>(use.times) >= dominant_share * static_cast<double>(all))
      findings.push_back({.fault = DataFault::imbalance,
                          .file = examples.file,
                          .line = use.line,
                          .what = count_text(use.times) + " of " + count_text(all) +
                                  " examples are " + label + ", this one first"});
}

std::vector<LabelCount> label_counts(TaskKind task, const Labels& labels, const Examples& training,
                                     const Examples& evaluation) {
  std::vector<LabelCount> counts;
  for (const std::string& label : labels.names()) counts.push_back({.label = label});
  count(counts, task, training, &LabelCount::train);
  count(counts, task, evaluation, &LabelCount::evaluate);
  return counts;
}

}  // namespace electra
