#include "tasks/checks/same_texts.h"

#include <algorithm>
#include <utility>

#include "electra/core/range.h"
#include "electra/data/unicode.h"
#include "tasks/readers/text_file.h"

namespace electra {

namespace {

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string all;
  for (const std::string& part : parts) {
    if (!all.empty()) all += between;
    all += part;
  }
  return all;
}

/// What makes texts the same.
std::string key_of(const Example& example) {
  if (!example.words.empty()) return joined(example.words, "\n");
  std::string key;
  for (const std::string* text : {&example.text, &example.text_b, &example.negative})
    key += std::string(strip(*text)) + '\0';
  return key;
}

/// The text as messages call it.
std::string name_of(const Example& example, TaskKind task) {
  if (task == TaskKind::tag) return shown(joined(example.words, " "));
  if (task == TaskKind::answer) return shown(example.text_b);
  return shown(example.text) + (example.text_b.empty() ? "" : " | " + shown(example.text_b));
}

/// What is right for it, whatever the order in which it is said.
std::string label_of(const Example& example, TaskKind task) {
  std::vector<std::string> parts = example.labels;
  if (task == TaskKind::multilabel) std::ranges::sort(parts);
  if (task == TaskKind::regress) parts = {number_text(example.number)};
  for (const PassageAnswer& answer : example.answers)
    parts.push_back(answer.text + "@" + std::to_string(answer.begin));
  if (task == TaskKind::answer) std::ranges::sort(parts);
  return joined(parts, "\n");
}

/// What two examples of one text are said to be, where they differ first.
std::pair<std::string, std::string> difference(const Example& one, const Example& other,
                                               TaskKind task) {
  if (task == TaskKind::tag) {
    const auto [here, there] = std::ranges::mismatch(one.labels, other.labels);
    const std::string& word = one.words[static_cast<std::size_t>(here - one.labels.begin())];
    return {shown(word) + " as " + shown(*here), shown(*there)};
  }
  const auto said = [&](const Example& example) {
    if (task == TaskKind::regress) return number_text(example.number);
    if (task != TaskKind::answer) return shown(joined(example.labels, "; "));
    return example.answers.empty() ? "no answer" : shown(example.answers.front().text);
  };
  return {said(one), said(other)};
}

}  // namespace

SameTexts::SameTexts(const Examples& examples, TaskKind task) : examples_(examples), task_(task) {
  for (std::size_t row = 0; row < examples.rows.size(); ++row) {
    const auto [place, is_new] = places_.emplace(key_of(examples.rows[row]), groups_.size());
    if (is_new) groups_.emplace_back();
    groups_[place->second].push_back(row);
  }
}

DataFinding SameTexts::finding(DataFault fault, std::size_t row, std::string what,
                               const Examples& others, std::size_t other) const {
  const Example& example = examples_.rows[row];
  return {.fault = fault,
          .file = examples_.file,
          .line = example.line,
          .what = name_of(example, task_) + " " + std::move(what),
          .other_file = others.file,
          .other_line = others.rows[other].line};
}

void SameTexts::check(std::vector<DataFinding>& findings) const {
  for (const Rows& rows : groups_)
    if (rows.size() > 1) check(rows, findings);
}

void SameTexts::check(const Rows& rows, std::vector<DataFinding>& findings) const {
  std::vector<std::pair<std::string, std::size_t>> labels;  // each with its first row
  for (const std::size_t row : rows) {
    const std::string label = label_of(examples_.rows[row], task_);
    const auto known = std::ranges::find(labels, label, [](const auto& one) { return one.first; });
    if (known == labels.end())
      labels.emplace_back(label, row);
    else
      findings.push_back(
          finding(DataFault::repeat, row,
                  "is on line " + std::to_string(examples_.rows[known->second].line) + ", too",
                  examples_, known->second));
  }
  if (labels.size() < 2) return;
  const std::size_t first = labels[0].second, second = labels[1].second;
  const auto [here, there] = difference(examples_.rows[second], examples_.rows[first], task_);
  std::string what =
      "has " + here + ", on line " + std::to_string(examples_.rows[first].line) + " " + there;
  for (std::size_t i = 2; i < labels.size(); ++i)
    what += ", on line " + std::to_string(examples_.rows[labels[i].second].line) + " another";
  findings.push_back(finding(DataFault::conflict, second, what, examples_, first));
}

void SameTexts::check_against(const SameTexts& training, std::vector<DataFinding>& findings) const {
  for (const Rows& rows : groups_) {
    const auto found = training.places_.find(key_of(examples_.rows[rows.front()]));
    if (found == training.places_.end()) continue;
    const Rows& theirs = training.groups_[found->second];
    for (const std::size_t row : rows) {
      const std::string label = label_of(examples_.rows[row], task_);
      const auto same = std::ranges::find_if(theirs, [&](std::size_t other) {
        return label_of(training.examples_.rows[other], task_) == label;
      });
      const std::size_t other = same != theirs.end() ? *same : theirs.front();
      const std::string what = "is in " + place_of(training.examples_, other) + ", too";
      findings.push_back(finding(DataFault::leak, row,
                                 what + (same != theirs.end() ? "" : ", with another label"),
                                 training.examples_, other));
    }
  }
}

}  // namespace electra
