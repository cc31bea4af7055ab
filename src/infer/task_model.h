#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "electra/formats/stored_head.h"
#include "electra/infer/engine.h"
#include "electra/infer/inference_options.h"
#include "electra/tasks/labels.h"
#include "electra/tasks/outputs.h"
#include "electra/tasks/task.h"
#include "infer/text_call.h"

namespace electra {

/// A fine-tuned model as its directory describes it: what the predictor and the classes of single
/// tasks stand on. Immutable.
class TaskModel {
 public:
  /// What messages call an example, by its number.
  using NameOf = std::function<std::string(std::size_t example)>;

  /// `head` is the directory's, perhaps with another configuration. Texts have as many tokens as
  /// `options.positions` says, else as the model was trained with, else as the engine allows.
  TaskModel(const std::filesystem::path& directory, StoredHead head,
            const InferenceOptions& options);

  [[nodiscard]] const StoredHead& head() const { return head_; }
  [[nodiscard]] const TaskInfo& task() const { return task_; }
  [[nodiscard]] const Labels& labels() const { return labels_; }
  [[nodiscard]] const Engine& engine() const { return engine_; }
  [[nodiscard]] const AnswerOptions& answers() const { return answers_; }
  /// The engine's, but for who says so where that is the training.
  [[nodiscard]] TextReading reading() const { return {engine_, length_, limit_}; }

  /// Of all examples, but for texts of which nothing is predicted. Throws InputError that names the
  /// example.
  [[nodiscard]] std::vector<Feature> features_of(const Examples& examples,
                                                 const NameOf& name_of) const;
  /// What the head says of each. Throws InputError, naming the example, for what is not finite.
  [[nodiscard]] std::vector<FeatureOutput> outputs_of(std::span<const Feature> features,
                                                      const NameOf& name_of) const;

 private:
  [[nodiscard]] std::vector<Feature> features_of(const Examples& examples, std::size_t row,
                                                 const NameOf& name_of) const;

  StoredHead head_;
  const TaskInfo& task_;
  Labels labels_;
  LongText length_;
  Index asked_;  // tokens of a text, as options or training say; 0: neither does
  Engine engine_;
  Engine::Limit limit_;
  FeatureMaker maker_;
  AnswerOptions answers_;
};

}  // namespace electra
