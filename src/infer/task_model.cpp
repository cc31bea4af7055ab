#include "infer/task_model.h"

#include <algorithm>
#include <utility>

#include "electra/core/error.h"
#include "electra/core/range.h"
#include "electra/formats/hugging_face_config.h"
#include "electra/models/heads.h"
#include "electra/tasks/features.h"
#include "infer/engine_options.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

constexpr const char* trained_length = "libelectra.length";

std::string config_file(const fs::path& directory) { return (directory / "config.json").string(); }

const TaskInfo& task_of(const fs::path& directory, const StoredHead& head) {
  try {
    return task_named(head.task);
  } catch (const ConfigError& error) {
    throw IoError(config_file(directory) + ": libelectra." + error.what());
  }
}

/// The tokens of a text as the options or the training say; 0: neither does.
Index asked_length(const fs::path& directory, const StoredHead& head,
                   const InferenceOptions& options) {
  if (options.positions != 0 || head.length == 0) return options.positions;
  const ValueRange range =
      from(3).to(static_cast<double>(read_network_config(directory).positions));
  if (!range.contains(static_cast<double>(head.length)))
    throw IoError(config_file(directory) + ": " + trained_length + ": expected " + range.text() +
                  ", found " + std::to_string(head.length));
  return head.length;
}

Engine::Options engine_options(InferenceOptions options, const StoredHead& head, Index asked) {
  options.positions = asked;
  return engine_options(options, head.config);
}

Engine::Limit limit_of(const fs::path& directory, const Engine& engine, bool is_trained) {
  Engine::Limit limit = engine.limit();
  if (is_trained) limit.source = std::string(trained_length) + " in " + config_file(directory);
  return limit;
}

/// Passages of a model that does not say how it was trained are read as the task usually is.
FeatureOptions feature_options(const TaskInfo& task, const StoredHead& head, Index asked,
                               Index most) {
  const bool usual = asked == 0 && task.kind == TaskKind::answer;
  return {.length = usual ? std::min(task.length, most) : most,
          .stride = head.length > 0 ? head.stride : task.stride};
}

}  // namespace

TaskModel::TaskModel(const fs::path& directory, StoredHead head, const InferenceOptions& options)
    : head_(std::move(head)),
      task_(task_of(directory, head_)),
      labels_(head_.labels),
      length_(options.length),
      asked_(asked_length(directory, head_, options)),
      engine_(directory, head_kind(head_.kind), engine_options(options, head_, asked_)),
      limit_(limit_of(directory, engine_, asked_ > 0 && options.positions == 0)),
      maker_(engine_.wordpiece(), engine_.vocabulary().special_ids(), task_.kind,
             feature_options(task_, head_, asked_, engine_.limit().tokens)),
      answers_{.longest = head_.max_answer_length,
               .null_threshold = head_.null_threshold,
               .may_be_null = head_.unanswerable} {}

std::vector<Feature> TaskModel::features_of(const Examples& examples, const NameOf& name_of) const {
  constexpr int negative = 2;
  std::vector<Feature> all;
  for (std::size_t i = 0; i < examples.rows.size(); ++i)
    for (Feature& feature : features_of(examples, i, name_of))
      if (feature.part != negative) all.push_back(std::move(feature));
  return all;
}

std::vector<Feature> TaskModel::features_of(const Examples& examples, std::size_t row,
                                            const NameOf& name_of) const {
  try {
    return maker_.features(examples.rows[row], row, examples.pairs);
  } catch (const InputError& error) {
    throw InputError(name_of(row) + ": " + error.what());
  }
}

std::vector<FeatureOutput> TaskModel::outputs_of(std::span<const Feature> features,
                                                 const NameOf& name_of) const {
  std::vector<Engine::Sequence> sequences;
  for (const Feature& feature : features)
    sequences.push_back({.ids = feature.ids, .types = feature.types});
  std::vector<FeatureOutput> outputs(features.size());
  engine_.run(sequences, [&](std::size_t number, std::span<const float> answer) {
    if (!all_finite(answer)) refuse_answer(name_of(features[number].example), answer);
    outputs[number].assign(answer.begin(), answer.end());
  });
  return outputs;
}

}  // namespace electra
