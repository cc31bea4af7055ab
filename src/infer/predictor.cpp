#include "electra/infer/predictor.h"

#include <algorithm>
#include <cmath>

#include "electra/core/error.h"
#include "electra/core/range.h"
#include "electra/formats/hugging_face_config.h"
#include "electra/infer/engine.h"
#include "electra/models/heads.h"
#include "electra/tasks/features.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

StoredHead task_head(const fs::path& directory) {
  StoredHead head = read_head(directory);
  if (!head.task.empty()) return head;
  std::string names;
  for (const TaskInfo& task : tasks())
    names += (names.empty() ? "" : ", ") + std::string(task.name);
  throw IoError((directory / "config.json").string() +
                ": architectures: expected the head of a task (" + names + "), found " +
                std::string(head_kind(head.kind).architecture) +
                ", which predicts nothing before it is fine-tuned");
}

const TaskInfo& task_of(const fs::path& directory, const StoredHead& head) {
  try {
    return task_named(head.task);
  } catch (const ConfigError& error) {
    throw IoError((directory / "config.json").string() + ": libelectra." + error.what());
  }
}

/// The tokens of a text as the options or the training say; 0: neither does.
Index asked_length(const fs::path& directory, const StoredHead& head,
                   const Predictor::Options& options) {
  const auto positions = static_cast<double>(read_network_config(directory).positions);
  if (options.length != 0) {
    check_range("length", options.length, from(3).to(positions));
    return options.length;
  }
  if (head.length == 0) return 0;
  const ValueRange range = from(3).to(positions);
  if (!range.contains(static_cast<double>(head.length)))
    throw IoError((directory / "config.json").string() + ": libelectra.length: expected " +
                  range.text() + ", found " + std::to_string(head.length));
  return head.length;
}

/// Passages of a model that does not say how it was trained are read as the task usually is.
FeatureOptions feature_options(const TaskInfo& task, const StoredHead& head, Index asked,
                               Index most) {
  const bool usual = asked == 0 && task.kind == TaskKind::answer;
  return {.length = usual ? std::min(task.length, most) : most,
          .stride = head.length > 0 ? head.stride : task.stride};
}

}  // namespace

struct Predictor::Parts {
  Parts(const fs::path& directory, const Options& options)
      : head(task_head(directory)),
        task(task_of(directory, head)),
        labels(head.labels),
        asked(asked_length(directory, head, options)),
        engine(directory, head_kind(head.kind),
               {.device = options.device,
                .threads = options.threads,
                .workers = options.workers,
                .positions = asked,
                .head = head.config}),
        maker(engine.wordpiece(), engine.vocabulary().special_ids(), task.kind,
              feature_options(task, head, asked, engine.limit().tokens)),
        answers{.longest = head.max_answer_length,
                .null_threshold = head.null_threshold,
                .may_be_null = head.unanswerable} {}

  StoredHead head;
  const TaskInfo& task;
  Labels labels;
  Index asked;
  Engine engine;
  FeatureMaker maker;
  AnswerOptions answers;

  /// Of all examples, but for texts of which nothing is predicted.
  [[nodiscard]] std::vector<Feature> features_of(const Examples& examples) const {
    constexpr int negative = 2;
    std::vector<Feature> all;
    for (std::size_t i = 0; i < examples.rows.size(); ++i)
      for (Feature& feature : features_of(examples, i))
        if (feature.part != negative) all.push_back(std::move(feature));
    return all;
  }

  [[nodiscard]] std::vector<Feature> features_of(const Examples& examples, std::size_t row) const {
    try {
      return maker.features(examples.rows[row], row, examples.pairs);
    } catch (const InputError& error) {
      throw InputError(place_of(examples, row) + ": " + error.what());
    }
  }

  [[nodiscard]] std::vector<FeatureOutput> outputs_of(const Examples& examples,
                                                      const std::vector<Feature>& features) const {
    std::vector<Engine::Sequence> sequences;
    for (const Feature& feature : features)
      sequences.push_back({.ids = feature.ids, .types = feature.types});
    std::vector<FeatureOutput> outputs(features.size());
    engine.run(sequences, [&](std::size_t number, std::span<const float> answer) {
      const auto bad = std::ranges::find_if(answer, [](float x) { return !std::isfinite(x); });
      if (bad != answer.end())
        throw InputError(place_of(examples, features[number].example) +
                         " has no answer: the model says " + number_text(*bad) +
                         ", expected a finite number");
      outputs[number].assign(answer.begin(), answer.end());
    });
    return outputs;
  }
};

Predictor::Predictor(const fs::path& directory) : Predictor(directory, Options{}) {}
Predictor::Predictor(const fs::path& directory, const Options& options)
    : parts_(std::make_unique<const Parts>(directory, options)) {}
Predictor::~Predictor() = default;
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;

const TaskInfo& Predictor::task() const { return parts_->task; }
const Labels& Predictor::labels() const { return parts_->labels; }
const StoredHead& Predictor::head() const { return parts_->head; }

std::vector<Prediction> Predictor::predict(const Examples& examples) const {
  const std::vector<Feature> features = parts_->features_of(examples);
  const std::vector<FeatureOutput> outputs = parts_->outputs_of(examples, features);
  return predictions_of(task().kind, examples, features, outputs, head().config.outputs,
                        parts_->answers);
}

Index Predictor::cut(const Examples& examples) const {
  std::vector<bool> is_cut(examples.rows.size());
  for (const Feature& feature : parts_->features_of(examples))
    if (feature.cut > 0) is_cut[feature.example] = true;
  return std::ranges::count(is_cut, true);
}

}  // namespace electra
