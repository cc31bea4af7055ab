#include "infer/text_outputs.h"

#include <algorithm>

#include "electra/core/error.h"

namespace electra {

namespace {

/// Rows of the windows of one text, added up.
class RowMean {
 public:
  void add(std::span<const float> row, Index weight) {
    sum_.resize(row.size());
    for (std::size_t i = 0; i < row.size(); ++i)
      sum_[i] += static_cast<double>(row[i]) * static_cast<double>(weight);
    weight_ += weight;
  }
  [[nodiscard]] std::vector<float> mean() const {
    std::vector<float> values;
    for (const double each : sum_)
      values.push_back(static_cast<float>(each / static_cast<double>(weight_)));
    return values;
  }

 private:
  std::vector<double> sum_;
  Index weight_ = 0;
};

[[noreturn]] void refuse_length(const TaskModel& model, const Feature& feature,
                                const std::string& name) {
  const TextReading reading = model.reading();
  const std::string why =
      reading.length == LongText::windows ? "; a pair is not read in windows" : "";
  throw InputError(name + " has " + std::to_string(std::ssize(feature.ids) + feature.cut) +
                   " tokens with [CLS] and both [SEP]; expected at most " +
                   std::to_string(reading.limit.tokens) + ", " + reading.limit.source + why);
}

}  // namespace

std::vector<TextOutput> outputs_of(const TextCall& call) {
  std::vector<TextOutput> outputs(call.texts().size());
  std::vector<RowMean> means(outputs.size());
  call.run([&](const CallWindow& window, std::span<const float> answer) {
    const CallText& text = call.texts()[window.text];
    if (!all_finite(answer)) refuse_answer(text.name, answer);
    const bool is_whole = std::ssize(text.tokens) == window.window.end - window.window.begin;
    if (is_whole)
      outputs[window.text].values.assign(answer.begin(), answer.end());
    else
      means[window.text].add(answer, window.window.answers_to - window.window.answers_from);
  });
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    outputs[i].left_out = call.texts()[i].left_out;
    if (outputs[i].values.empty()) outputs[i].values = means[i].mean();
  }
  return outputs;
}

std::vector<TextOutput> outputs_of(const TaskModel& model, std::span<const TextPair> pairs,
                                   const TaskModel::NameOf& name_of) {
  Examples examples{.file = {}, .rows = {}, .pairs = true, .remarks = {}};
  for (const TextPair& pair : pairs) {
    Example& example = examples.rows.emplace_back();
    example.text = pair.first;
    example.text_b = pair.second;
  }
  const std::vector<Feature> features = model.features_of(examples, name_of);
  for (const Feature& feature : features)
    if (feature.cut > 0 && model.reading().length != LongText::truncate)
      refuse_length(model, feature, name_of(feature.example));
  std::vector<FeatureOutput> rows = model.outputs_of(features, name_of);
  std::vector<TextOutput> outputs;
  for (std::size_t i = 0; i < rows.size(); ++i)
    outputs.push_back({std::move(rows[i]), features[i].cut});
  return outputs;
}

std::string pair_name(std::size_t number) { return "pair " + std::to_string(number); }

}  // namespace electra
