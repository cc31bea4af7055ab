#include "electra/finetune/task_data.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <unordered_map>

#include "electra/core/error.h"
#include "electra/core/quantity_text.h"

namespace electra {

namespace {

bool has_labels(TaskKind task) {
  return task == TaskKind::classify || task == TaskKind::multilabel || task == TaskKind::tag;
}

/// Equal texts of a file get equal numbers.
std::vector<std::int32_t> text_numbers(const Examples& examples,
                                       const std::vector<Feature>& features) {
  std::unordered_map<std::string, std::int32_t> known;
  std::vector<std::int32_t> numbers;
  for (const Feature& feature : features) {
    const Example& example = examples.rows[feature.example];
    const std::string& text = feature.part == 0   ? example.text
                              : feature.part == 1 ? example.text_b
                                                  : example.negative;
    const auto next = static_cast<std::int32_t>(known.size());
    numbers.push_back(known.try_emplace(text, next).first->second);
  }
  return numbers;
}

/// Texts of an example of embed: the same number in every example.
Index parts_of(const Examples& examples) {
  const bool with = !examples.rows.front().negative.empty();
  for (std::size_t row = 0; row < examples.rows.size(); ++row)
    if (examples.rows[row].negative.empty() == with)
      throw IoError(place_of(examples, row) + ": expected a negative " +
                    (with ? "as in the examples before, found none"
                          : "in every example or in none, found one"));
  return with ? 3 : 2;
}

std::vector<std::int32_t> ids_of(const Example& example, const Labels& labels) {
  std::vector<std::int32_t> ids;
  for (const std::string& label : example.labels) ids.push_back(labels.find(label));
  return ids;
}

/// How often a set has each label; of words that were cut off it has none.
std::vector<double> label_counts(const TaskSet& set, Index classes) {
  std::vector<double> counts(static_cast<std::size_t>(classes));
  for (const Feature& feature : set.features) {
    const auto& labels = set.labels[feature.example];
    for (std::size_t i = 0; i < labels.size(); ++i)
      if (i >= feature.words.size() || feature.words[i] >= 0)
        ++counts[static_cast<std::size_t>(labels[i])];
  }
  return counts;
}

/// Every class the same share of the whole: all / (classes * what it has).
std::vector<float> balanced(const TaskSet& set, Index classes) {
  const std::vector<double> counts = label_counts(set, classes);
  const double all = std::accumulate(counts.begin(), counts.end(), 0.0);
  std::vector<float> weights;
  for (const double count : counts)
    weights.push_back(
        count == 0 ? 0 : static_cast<float>(all / (static_cast<double>(classes) * count)));
  return weights;
}

std::string described(const std::string& what, const TaskSet& set) {
  std::string text =
      what + ": " + count_text(set.size()) + " examples, " + count_text(set.tokens()) + " tokens";
  if (std::ssize(set.features) != set.size() * set.parts)
    text += ", " + count_text(std::ssize(set.features)) + " windows";
  if (set.cut > 0)
    text += "; " + count_text(set.cut) + " were longer than the model reads and are cut";
  return text + " (" + set.examples.file + ")";
}

double entropy(const std::vector<double>& counts) {
  const double all = std::accumulate(counts.begin(), counts.end(), 0.0);
  double sum = 0;
  for (const double count : counts)
    if (count > 0) sum -= count / all * std::log(count / all);
  return sum;
}

double binary_entropy(const TaskData& data) {
  const auto all = static_cast<double>(data.training.size());
  double sum = 0;
  for (const double count : label_counts(data.training, data.labels.size()))
    sum += entropy({count, all - count});
  return sum / static_cast<double>(data.labels.size());
}

double variance(const TaskSet& set) {
  const auto n = static_cast<double>(set.size());
  double mean = 0, squares = 0;
  for (const Example& example : set.examples.rows) mean += example.number / n;
  for (const Example& example : set.examples.rows) squares += std::pow(example.number - mean, 2);
  return squares / n;
}

double log_of_places(const TaskSet& set) {
  double sum = 0;
  for (const Feature& feature : set.features)
    sum += std::log(static_cast<double>(feature.ids.size()));
  return sum / static_cast<double>(set.features.size());
}

}  // namespace

Index TaskSet::tokens() const {
  Index sum = 0;
  for (const Feature& feature : features) sum += std::ssize(feature.ids);
  return sum;
}

ReadOptions read_options(const FilesConfig& files) {
  return {.text = files.text,
          .text_b = files.text_b,
          .negative = files.negative,
          .label = files.label,
          .comments = files.comments};
}

TaskSet read_task_set(const TaskInfo& task, const std::filesystem::path& file,
                      const ReadOptions& options, const Labels& labels, const FeatureMaker& maker,
                      const StopRequest& stop) {
  TaskSet set;
  set.examples = task.read(file, task.kind, options);
  if (has_labels(task.kind) && options.labelled) labels.check(set.examples);
  if (task.kind == TaskKind::embed) set.parts = parts_of(set.examples);
  for (std::size_t i = 0; i < set.examples.rows.size(); ++i) {
    if (i % 256 == 0) stop_if(stop);
    const Example& example = set.examples.rows[i];
    Index cut = 0;
    for (Feature& feature : maker.features(example, i, set.examples.pairs)) {
      cut += feature.cut;
      set.features.push_back(std::move(feature));
    }
    if (cut > 0) ++set.cut;
    if (has_labels(task.kind)) set.labels.push_back(ids_of(example, labels));
  }
  if (task.kind == TaskKind::embed) set.texts = text_numbers(set.examples, set.features);
  return set;
}

TaskData read_task_data(const FinetuneConfig& config, const Wordpiece& tokenizer,
                        const SpecialIds& special,
                        const std::function<void(const std::string&)>& say,
                        const StopRequest& stop) {
  TaskData data;
  data.task = &task_named(config.task);
  data.special = special;
  const ReadOptions options = read_options(config.files);
  const FeatureMaker maker(tokenizer, special, data.task->kind,
                           {.length = config.features.length, .stride = config.features.stride});
  if (has_labels(data.task->kind))
    data.labels = Labels::of(data.task->read(config.files.train, data.task->kind, options));
  data.training = read_task_set(*data.task, config.files.train, options, data.labels, maker, stop);
  data.evaluation =
      read_task_set(*data.task, config.files.evaluate, options, data.labels, maker, stop);
  if (data.training.parts != data.evaluation.parts && data.evaluation.parts == 3)
    throw IoError(data.evaluation.examples.file +
                  ": expected no negatives, as in the training file, found some");
  if (config.head.class_weights == ClassWeights::balanced)
    data.class_weights = balanced(data.training, data.labels.size());
  for (const auto* set : {&data.training, &data.evaluation})
    for (const std::string& remark : set->examples.remarks) say(remark);
  say(described("training", data.training));
  say(described("evaluation", data.evaluation));
  return data;
}

double constant_loss(const TaskData& data, Index batch) {
  switch (data.task->kind) {
    case TaskKind::classify:
    case TaskKind::tag:
      return data.class_weights.empty() ? entropy(label_counts(data.training, data.labels.size()))
                                        : std::log(static_cast<double>(data.labels.size()));
    case TaskKind::multilabel:
      return binary_entropy(data);
    case TaskKind::regress:
      return variance(data.training);
    case TaskKind::answer:
      return log_of_places(data.training);
    case TaskKind::embed:
      return std::log(
          static_cast<double>(std::min(batch, data.training.size()) * (data.training.parts - 1)));
  }
  throw Error("a task without a constant answer");
}

}  // namespace electra
