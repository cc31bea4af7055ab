#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "electra/tasks/scores.h"

namespace electra::test {

/// Knuth's MMIX generator, its upper 31 bits: peers/scores.py draws the same data.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : state_(seed) {}
  std::size_t below(std::uint64_t bound) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::size_t>((state_ >> 33U) % bound);
  }

 private:
  std::uint64_t state_;
};

/// Examples and predictions of a task, to be scored.
struct ScoredSet {
  TaskKind task = TaskKind::classify;
  Labels labels;
  Examples examples{.file = "dev.tsv", .rows = {}, .pairs = false, .remarks = {}};
  std::vector<Prediction> predictions;

  ScoredSet(TaskKind kind, std::vector<std::string> names) : task(kind), labels(std::move(names)) {}

  std::pair<Example&, Prediction&> add() {
    examples.rows.emplace_back();
    examples.rows.back().line = static_cast<Index>(examples.rows.size());
    predictions.emplace_back();
    return {examples.rows.back(), predictions.back()};
  }
  void add_class(std::size_t right, std::size_t predicted) {
    auto [example, prediction] = add();
    example.labels = {labels.names()[right]};
    prediction.outputs.assign(labels.names().size(), 0.1);
    prediction.outputs[predicted] = 0.5;
  }
  void add_number(double right, double predicted) {
    auto [example, prediction] = add();
    example.number = right;
    prediction.outputs = {predicted};
  }
  void add_tags(const std::vector<std::string>& right, const std::vector<std::string>& predicted) {
    auto [example, prediction] = add();
    example.words.assign(right.size(), "w");
    example.labels = right;
    for (const std::string& tag : predicted) prediction.tags.push_back(labels.find(tag));
  }
  void add_answer(const std::vector<std::string>& right, const std::string& predicted) {
    auto [example, prediction] = add();
    for (const std::string& text : right) example.answers.push_back({text, 0});
    prediction.answer = predicted;
  }

  [[nodiscard]] Scored scored() const { return {task, examples, labels, predictions}; }
  /// The value of a score; an error where it does not apply.
  [[nodiscard]] double value(std::string_view key) const {
    for (const Score& score : scores(scored()))
      if (score.info->key == key) return score.value;
    throw std::logic_error(std::string(key) + " does not apply");
  }
  [[nodiscard]] std::vector<std::string> keys() const {
    std::vector<std::string> keys;
    for (const Score& score : scores(scored())) keys.emplace_back(score.info->key);
    return keys;
  }
};

/// Classes as peers/scores.py draws them.
inline ScoredSet drawn_classes(std::size_t count, std::size_t labels, std::uint64_t seed) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < labels; ++i) names.push_back(std::to_string(i));
  ScoredSet set(TaskKind::classify, names);
  Draw draw(seed);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t right = draw.below(labels);
    set.add_class(right, draw.below(3) > 0 ? right : draw.below(labels));
  }
  return set;
}

}  // namespace electra::test
