#include "finetune/task_batch.h"

#include <algorithm>

#include "electra/core/error.h"
#include "electra/finetune/task_source.h"

namespace electra {

namespace {

using Per = Column::Per;
using Values = std::vector<std::int32_t>;
namespace columns = task_columns;

constexpr std::int32_t unscored = -100;

Column column(std::string_view name, Per per, Values values, Index width = 1) {
  return {.name = std::string(name), .per = per, .values = std::move(values), .width = width};
}

/// Columns of one batch.
class Columns {
 public:
  Columns(const TaskData& data, const TaskSet& set, std::span<const std::size_t> features,
          Index length)
      : data_(data), set_(set), features_(features), length_(length) {}

  [[nodiscard]] std::vector<Column> all() const {
    switch (data_.task->kind) {
      case TaskKind::classify:
        return classes();
      case TaskKind::multilabel:
        return {several()};
      case TaskKind::regress:
        return {numbers()};
      case TaskKind::tag:
        return tags();
      case TaskKind::answer:
        return {each(columns::starts, [](const Feature& f) { return f.start; }),
                each(columns::ends, [](const Feature& f) { return f.end; })};
      case TaskKind::embed:
        return {texts()};
    }
    throw Error("a task without columns");
  }

  [[nodiscard]] Column numbered() const {
    Values numbers;
    for (const std::size_t i : features_) numbers.push_back(static_cast<std::int32_t>(i));
    return column(columns::feature, Per::example, std::move(numbers));
  }

 private:
  [[nodiscard]] const Values& labels_of(std::size_t feature) const {
    return set_.labels[set_.features[feature].example];
  }
  [[nodiscard]] Column each(std::string_view name, const auto& value_of) const {
    Values values;
    for (const std::size_t i : features_) values.push_back(value_of(set_.features[i]));
    return column(name, Per::example, std::move(values));
  }
  [[nodiscard]] float weight_of(std::int32_t label) const {
    return label < 0 ? 0 : data_.class_weights[static_cast<std::size_t>(label)];
  }

  [[nodiscard]] std::vector<Column> with_weights(Column labels) const {
    std::vector<Column> all;
    if (!data_.class_weights.empty()) {
      std::vector<float> weights;
      for (const std::int32_t label : labels.values) weights.push_back(weight_of(label));
      all.push_back(float_column(std::string(columns::weights), labels.per, weights));
    }
    all.insert(all.begin(), std::move(labels));
    return all;
  }

  [[nodiscard]] std::vector<Column> classes() const {
    Values labels;
    for (const std::size_t i : features_)
      labels.push_back(labels_of(i).empty() ? unscored : labels_of(i).front());
    return with_weights(column(columns::labels, Per::example, std::move(labels)));
  }

  [[nodiscard]] Column several() const {
    const auto width = static_cast<std::size_t>(data_.labels.size());
    Values values(features_.size() * width);
    for (std::size_t row = 0; row < features_.size(); ++row)
      for (const std::int32_t label : labels_of(features_[row]))
        values[row * width + static_cast<std::size_t>(label)] = 1;
    return column(columns::labels, Per::example, std::move(values), data_.labels.size());
  }

  [[nodiscard]] Column numbers() const {
    std::vector<float> targets;
    for (const std::size_t i : features_)
      targets.push_back(static_cast<float>(set_.examples.rows[set_.features[i].example].number));
    return float_column(std::string(columns::targets), Per::example, targets);
  }

  [[nodiscard]] std::vector<Column> tags() const {
    Values labels(features_.size() * static_cast<std::size_t>(length_), unscored), scored;
    for (std::size_t row = 0; row < features_.size(); ++row) {
      const Values& words = set_.features[features_[row]].words;
      const Values& right = labels_of(features_[row]);
      std::int32_t count = 0;
      for (std::size_t word = 0; word < std::min(words.size(), right.size()); ++word) {
        if (words[word] < 0) continue;
        labels[row * static_cast<std::size_t>(length_) + static_cast<std::size_t>(words[word])] =
            right[word];
        ++count;
      }
      scored.push_back(count);
    }
    std::vector<Column> all = with_weights(column(columns::labels, Per::token, std::move(labels)));
    all.push_back(column(columns::scored, Per::example, std::move(scored)));
    return all;
  }

  [[nodiscard]] Column texts() const {
    Values numbers;
    for (const std::size_t i : features_) numbers.push_back(set_.texts[i]);
    return column(columns::texts, Per::example, std::move(numbers));
  }

  const TaskData& data_;
  const TaskSet& set_;
  std::span<const std::size_t> features_;
  Index length_;
};

}  // namespace

HostBatch task_batch(const TaskData& data, const TaskSet& set,
                     std::span<const std::size_t> features, Index length) {
  HostBatch batch;
  batch.length = length;
  for (const std::size_t i : features) {
    const Feature& feature = set.features[i];
    batch.ids.insert(batch.ids.end(), feature.ids.begin(), feature.ids.end());
    batch.types.insert(batch.types.end(), feature.types.begin(), feature.types.end());
    batch.lengths.push_back(static_cast<std::int32_t>(feature.ids.size()));
    const std::size_t rows = batch.lengths.size() * static_cast<std::size_t>(length);
    batch.ids.resize(rows, data.special.pad);
    batch.types.resize(rows, 0);
  }
  const Columns columns(data, set, features, length);
  batch.columns = columns.all();
  batch.columns.push_back(columns.numbered());
  return batch;
}

Index longest_of(const TaskSet& set, std::span<const std::size_t> features, Index multiple) {
  Index longest = 1;
  for (const std::size_t i : features)
    longest = std::max(longest, static_cast<Index>(set.features[i].ids.size()));
  return (longest + multiple - 1) / multiple * multiple;
}

}  // namespace electra
