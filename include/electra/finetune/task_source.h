#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "electra/data/step_source.h"
#include "electra/finetune/task_data.h"

namespace electra {

/// The columns of a task's batches.
namespace task_columns {
constexpr std::string_view feature = "feature";  // its number, of evaluations
constexpr std::string_view labels = "labels";    // classify: [batch]; multilabel: [batch, labels];
                                                 // tag: [rows], -100 where nothing is scored
constexpr std::string_view weights = "weights";  // f32, as the labels of classify and tag
constexpr std::string_view scored = "scored";    // tag: [batch], words that are scored
constexpr std::string_view targets = "targets";  // regress: [batch], f32
constexpr std::string_view starts = "starts";    // answer: [batch]
constexpr std::string_view ends = "ends";
constexpr std::string_view texts = "texts";  // embed: [batch], equal for equal texts
}  // namespace task_columns

struct TaskSourceOptions {
  Index batch = 32;        // examples of a step, over all ranks
  Index sort_window = 50;  // batches whose texts are sorted by length together
  std::uint64_t seed = 1;
  int rank = 0, ranks = 1;
  Index pad_to = 8;  // lengths are rounded up to a multiple of it
};

/// Examples of a task in batches of like length: each epoch is shuffled, sorted by length within
/// windows of some batches, cut into batches, and these are shuffled; the short one comes last. A
/// batch is padded to its longest text. Of embed a batch has all texts, then what belongs to them,
/// then what does not.
class TrainingSource final : public StepSource {
 public:
  /// The data must outlive it.
  TrainingSource(const TaskData& data, const TaskSourceOptions& options);

  [[nodiscard]] StepBatch at(Index step) override;
  [[nodiscard]] Index epoch_steps() const;

 private:
  void load_epoch(Index number);

  const TaskData& data_;
  TaskSourceOptions options_;
  std::vector<std::vector<std::size_t>> units_;  // features that belong together
  Index epoch_ = -1;
  std::vector<std::vector<std::size_t>> batches_;  // of the epoch: units
};

/// Features of a file in batches, the longest first, the whole file once; every rank gets all.
class EvaluationSource final : public StepSource {
 public:
  /// `count`: features of a batch. The data must outlive it.
  EvaluationSource(const TaskData& data, const TaskSet& set, Index count);

  [[nodiscard]] StepBatch at(Index step) override;
  [[nodiscard]] Index batches() const;

 private:
  const TaskData& data_;
  const TaskSet& set_;
  Index count_;
  std::vector<std::size_t> order_;
};

}  // namespace electra
