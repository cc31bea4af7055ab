#include "electra/tasks/outputs.h"

#include "electra/core/error.h"

namespace electra {

namespace {

Prediction of_one(TaskKind task, const Feature& feature, const FeatureOutput& output,
                  Index labels) {
  switch (task) {
    case TaskKind::classify:
      return predict_class(output);
    case TaskKind::multilabel:
      return predict_labels(output);
    case TaskKind::regress:
      return predict_number(output.front());
    case TaskKind::tag:
      return predict_tags(feature, output, labels);
    case TaskKind::answer:
    case TaskKind::embed:
      break;
  }
  throw Error("this task's examples have several features");
}

/// Of the windows of each passage.
void add_answers(const Examples& examples, std::span<const Feature> features,
                 std::span<const FeatureOutput> outputs, const AnswerOptions& answers,
                 std::vector<Prediction>& all) {
  std::vector<std::vector<WindowLogits>> windows(all.size());
  for (std::size_t i = 0; i < features.size(); ++i)
    windows[features[i].example].push_back({&features[i], outputs[i]});
  for (std::size_t example = 0; example < all.size(); ++example)
    all[example] = predict_answer(examples.rows[example].text, windows[example], answers);
}

}  // namespace

std::vector<Prediction> predictions_of(TaskKind task, const Examples& examples,
                                       std::span<const Feature> features,
                                       std::span<const FeatureOutput> outputs, Index labels,
                                       const AnswerOptions& answers) {
  if (features.size() != outputs.size())
    throw Error("expected outputs of " + std::to_string(features.size()) + " features, found " +
                std::to_string(outputs.size()));
  std::vector<Prediction> all(examples.rows.size());
  if (task == TaskKind::answer) {
    add_answers(examples, features, outputs, answers, all);
    return all;
  }
  for (std::size_t i = 0; i < features.size(); ++i) {
    Prediction& prediction = all[features[i].example];
    if (task != TaskKind::embed)
      prediction = of_one(task, features[i], outputs[i], labels);
    else if (features[i].part == 0)
      prediction.vector = outputs[i];
    else if (features[i].part == 1)
      prediction.vector_b = outputs[i];
  }
  return all;
}

}  // namespace electra
