#include "electra/infer/predictor.h"

#include <algorithm>

#include "electra/core/error.h"
#include "electra/core/range.h"
#include "electra/formats/hugging_face_config.h"
#include "electra/models/heads.h"
#include "infer/task_model.h"

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

InferenceOptions inference_options(const fs::path& directory, const Predictor::Options& options) {
  if (options.length != 0)
    check_range("length", options.length,
                from(3).to(static_cast<double>(read_network_config(directory).positions)));
  return {.device = options.device,
          .threads = options.threads,
          .workers = options.workers,
          .precision = options.precision,
          .positions = options.length};
}

TaskModel::NameOf places_of(const Examples& examples) {
  return [&](std::size_t row) { return place_of(examples, row); };
}

}  // namespace

struct Predictor::Parts {
  TaskModel model;
};

Predictor::Predictor(const fs::path& directory) : Predictor(directory, Options{}) {}
Predictor::Predictor(const fs::path& directory, const Options& options)
    : parts_(new Parts{
          TaskModel(directory, task_head(directory), inference_options(directory, options))}) {}
Predictor::~Predictor() = default;
Predictor::Predictor(Predictor&&) noexcept = default;
Predictor& Predictor::operator=(Predictor&&) noexcept = default;

const TaskInfo& Predictor::task() const { return parts_->model.task(); }
const Labels& Predictor::labels() const { return parts_->model.labels(); }
const Engine& Predictor::engine() const { return parts_->model.engine(); }
const StoredHead& Predictor::head() const { return parts_->model.head(); }

std::vector<Prediction> Predictor::predict(const Examples& examples) const {
  const TaskModel& model = parts_->model;
  const std::vector<Feature> features = model.features_of(examples, places_of(examples));
  const std::vector<FeatureOutput> outputs = model.outputs_of(features, places_of(examples));
  return predictions_of(task().kind, examples, features, outputs, head().config.outputs,
                        model.answers());
}

Index Predictor::cut(const Examples& examples) const {
  std::vector<bool> is_cut(examples.rows.size());
  for (const Feature& feature : parts_->model.features_of(examples, places_of(examples)))
    if (feature.cut > 0) is_cut[feature.example] = true;
  return std::ranges::count(is_cut, true);
}

}  // namespace electra
