#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "electra/core/interruption.h"
#include "electra/data/wordpiece.h"
#include "electra/finetune/config.h"
#include "electra/tasks/features.h"
#include "electra/tasks/labels.h"
#include "electra/tasks/task.h"

namespace electra {

/// A file of examples as a model reads it: examples, their features, and what is right of each.
struct TaskSet {
  Examples examples;
  std::vector<Feature> features;
  std::vector<std::vector<std::int32_t>> labels;  // by example: label ids; tag: one a word
  std::vector<std::int32_t> texts;                // embed, by feature: equal for equal texts
  Index cut = 0;                                  // examples that lost tokens
  Index parts = 1;                                // embed: texts of an example: 2 or 3

  [[nodiscard]] Index tokens() const;
  [[nodiscard]] Index size() const { return static_cast<Index>(examples.rows.size()); }
};

/// What a task is trained on and judged by.
struct TaskData {
  const TaskInfo* task = nullptr;
  Labels labels;
  SpecialIds special;
  TaskSet training, evaluation;
  std::vector<float> class_weights;  // by label; empty: 1
};

/// Reads both files, and makes features of their texts. `say` is told what was found: numbers,
/// labels, texts that are cut. Throws IoError that names file, line, column; Interrupted.
[[nodiscard]] TaskData read_task_data(const FinetuneConfig& config, const Wordpiece& tokenizer,
                                      const SpecialIds& special,
                                      const std::function<void(const std::string&)>& say,
                                      const StopRequest& stop = {});

/// One file, judged by labels that are known.
[[nodiscard]] TaskSet read_task_set(const TaskInfo& task, const std::filesystem::path& file,
                                    const ReadOptions& options, const Labels& labels,
                                    const FeatureMaker& maker, const StopRequest& stop = {});

/// The columns and comments that a configuration names.
[[nodiscard]] ReadOptions read_options(const FilesConfig& files);

/// The mean training loss of the best answer that is the same for every example: what a run must
/// come below to have learned anything. `batch`: pairs of embed that are each other's negatives.
[[nodiscard]] double constant_loss(const TaskData& data, Index batch);

}  // namespace electra
