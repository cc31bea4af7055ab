#include "prediction_output.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "electra/core/range.h"
#include "electra/data/unicode.h"
#include "output.h"

namespace electra {

namespace {

using Json = nlohmann::ordered_json;

std::size_t best_of(const std::vector<double>& probabilities) {
  return static_cast<std::size_t>(std::ranges::max_element(probabilities) - probabilities.begin());
}

/// Those that are likelier than not.
std::vector<std::size_t> likely(const std::vector<double>& probabilities) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < probabilities.size(); ++i)
    if (probabilities[i] > 0.5) places.push_back(i);
  return places;
}

std::string joined(const std::vector<std::string>& parts, char between) {
  std::string all;
  for (const std::string& part : parts)
    all += (&part == parts.data() ? "" : std::string(1, between)) + part;
  return all;
}

Json json_of(const std::vector<std::string>& names, const std::vector<double>& probabilities) {
  Json object = Json::object();
  for (std::size_t i = 0; i < names.size(); ++i) object[names[i]] = probabilities[i];
  return object;
}

/// Each word's; null of one that was cut off.
Json tags_of(const std::vector<std::string>& names, const Prediction& prediction) {
  Json tags = Json::array();
  for (const std::int32_t tag : prediction.tags)
    tags.push_back(tag < 0 ? Json() : Json(names[static_cast<std::size_t>(tag)]));
  return tags;
}

/// Half-open, in code points of the text.
Json characters_of(const std::string& text, Feature::Bytes span) {
  const std::vector<Index> starts = character_starts(text);
  const auto place = [&](Index byte) {
    return std::ranges::lower_bound(starts, byte) - starts.begin();
  };
  return {place(span.begin), place(span.end)};
}

Json json_of_words(const std::vector<std::string>& words) {
  Json all = Json::array();
  for (const std::string& word : words) all.push_back(well_formed(word));
  return all;
}

void add_answer(const Example& example, const Prediction& prediction, Json& object) {
  object["answer"] = well_formed(prediction.answer);
  object["span"] = characters_of(example.text, prediction.span);
  object["byte_span"] = {prediction.span.begin, prediction.span.end};
  object["score"] = prediction.score;
  object["null_score"] = prediction.null_score;
}

/// What was asked, as it was given.
Json question_of(const Predictor& predictor, const Example& example) {
  Json object;
  const TaskKind task = predictor.task().kind;
  if (!example.id.empty()) object["id"] = example.id;
  if (task == TaskKind::answer) object["question"] = well_formed(example.text_b);
  object["text"] = well_formed(task == TaskKind::tag ? joined(example.words, ' ') : example.text);
  if (task != TaskKind::answer && !example.text_b.empty())
    object["text_b"] = well_formed(example.text_b);
  return object;
}

std::string line_of_tags(const std::vector<std::string>& names, const Prediction& prediction) {
  std::vector<std::string> tags;
  for (const std::int32_t tag : prediction.tags)
    tags.push_back(tag < 0 ? "_" : names[static_cast<std::size_t>(tag)]);
  return joined(tags, ' ');
}

std::string line_of_labels(const std::vector<std::string>& names,
                           const std::vector<double>& probabilities) {
  std::vector<std::string> labels, shares;
  for (const std::size_t i : likely(probabilities)) {
    labels.push_back(names[i]);
    shares.push_back(decimal_text(probabilities[i], 4));
  }
  return joined(labels, ';') + "\t" + joined(shares, ';');
}

std::string line_of_vector(const std::vector<float>& vector) {
  std::vector<std::string> numbers;
  for (const float number : vector) numbers.push_back(number_text(number));
  return joined(numbers, ' ');
}

std::string texts_of(const Example& example) {
  return text_cell(example.text) + (example.text_b.empty() ? "" : "\t" + text_cell(example.text_b));
}

}  // namespace

Json json_of(const Predictor& predictor, const Example& example, const Prediction& prediction) {
  Json object = question_of(predictor, example);
  const std::vector<std::string>& names = predictor.labels().names();
  switch (predictor.task().kind) {
    case TaskKind::classify:
      object["label"] = names[best_of(prediction.outputs)];
      object["probabilities"] = json_of(names, prediction.outputs);
      break;
    case TaskKind::multilabel:
      object["labels"] = Json::array();
      for (const std::size_t i : likely(prediction.outputs)) object["labels"].push_back(names[i]);
      object["probabilities"] = json_of(names, prediction.outputs);
      break;
    case TaskKind::regress:
      object["value"] = prediction.outputs.front();
      break;
    case TaskKind::tag:
      object["tokens"] = json_of_words(example.words);
      object["tags"] = tags_of(names, prediction);
      break;
    case TaskKind::answer:
      add_answer(example, prediction, object);
      break;
    case TaskKind::embed:
      object["vector"] = prediction.vector;
      if (!prediction.vector_b.empty()) object["vector_b"] = prediction.vector_b;
  }
  return object;
}

std::string line_of(const Predictor& predictor, const Example& example,
                    const Prediction& prediction) {
  const std::vector<std::string>& names = predictor.labels().names();
  const std::vector<double>& outputs = prediction.outputs;
  switch (predictor.task().kind) {
    case TaskKind::classify: {
      const std::size_t best = best_of(outputs);
      return names[best] + "\t" + decimal_text(outputs[best], 4) + "\t" + texts_of(example);
    }
    case TaskKind::multilabel:
      return line_of_labels(names, outputs) + "\t" + texts_of(example);
    case TaskKind::regress:
      return decimal_text(outputs.front(), 4) + "\t" + texts_of(example);
    case TaskKind::tag:
      return line_of_tags(names, prediction) + "\t" + joined(example.words, ' ');
    case TaskKind::answer:
      return text_cell(prediction.answer) + "\t" + decimal_text(prediction.score, 4) + "\t" +
             text_cell(example.text_b);
    case TaskKind::embed:
      return line_of_vector(prediction.vector) + "\t" + text_cell(example.text);
  }
  return {};
}

}  // namespace electra
