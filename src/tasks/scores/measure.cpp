#include "tasks/scores/measure.h"

#include <algorithm>

#include "tasks/scores/retrieval.h"

namespace electra {

void HitCounts::add(const Hit& hit, std::uint64_t times) {
  expected += times * static_cast<std::uint64_t>(hit.expected);
  found += times * static_cast<std::uint64_t>(hit.found);
  both += times * static_cast<std::uint64_t>(hit.expected && hit.found);
}

double HitCounts::f1() const {
  const std::uint64_t all = expected + found;
  return all == 0 ? 0 : 2 * static_cast<double>(both) / static_cast<double>(all);
}

std::int32_t best_of(std::span<const double> outputs) {
  return static_cast<std::int32_t>(std::ranges::max_element(outputs) - outputs.begin());
}

LabelPairs label_pairs(const Scored& scored) {
  LabelPairs result;
  for (std::size_t i = 0; i < scored.predictions.size(); ++i) {
    const Example& example = scored.examples.rows[i];
    const Prediction& prediction = scored.predictions[i];
    result.begins.push_back(result.pairs.size());
    for (std::size_t word = 0; word < example.labels.size(); ++word)
      result.pairs.push_back(
          {scored.labels.find(example.labels[word]),
           scored.task == TaskKind::tag ? prediction.tags[word] : best_of(prediction.outputs)});
  }
  result.begins.push_back(result.pairs.size());
  return result;
}

LabelHits label_hits(const Scored& scored, const LabelPairs& pairs) {
  LabelHits result{.names = scored.labels.names(), .hits = {}, .begins = {}};
  for (std::size_t i = 0; i + 1 < pairs.begins.size(); ++i) {
    result.begins.push_back(result.hits.size());
    for (std::size_t at = pairs.begins[i]; at < pairs.begins[i + 1]; ++at) {
      const auto [right, predicted] = pairs.pairs[at];
      result.hits.push_back({right, true, right == predicted});
      if (right != predicted && predicted >= 0) result.hits.push_back({predicted, false, true});
    }
  }
  result.begins.push_back(result.hits.size());
  return result;
}

LabelHits label_set_hits(const Scored& scored) {
  LabelHits result{.names = scored.labels.names(), .hits = {}, .begins = {}};
  for (std::size_t i = 0; i < scored.predictions.size(); ++i) {
    result.begins.push_back(result.hits.size());
    std::vector<bool> expected(result.names.size());
    for (const std::string& label : scored.examples.rows[i].labels)
      expected[static_cast<std::size_t>(scored.labels.find(label))] = true;
    for (std::size_t label = 0; label < expected.size(); ++label) {
      const bool found = scored.predictions[i].outputs[label] > 0.5;
      if (expected[label] || found)
        result.hits.push_back({static_cast<std::int32_t>(label), expected[label], found});
    }
  }
  result.begins.push_back(result.hits.size());
  return result;
}

const LabelPairs& Evidence::pairs() {
  if (!pairs_) pairs_ = label_pairs(scored_);
  return *pairs_;
}

const LabelHits& Evidence::hits() {
  if (!hits_)
    hits_ = scored_.task == TaskKind::multilabel ? label_set_hits(scored_)
                                                 : label_hits(scored_, pairs());
  return *hits_;
}

const std::vector<Index>& Evidence::ranks() {
  if (!ranks_) ranks_ = retrieval_ranks(scored_);
  return *ranks_;
}

Measure mean_of(std::vector<double> values) {
  return [values = std::move(values)](Weights weights) {
    double sum = 0;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      sum += values[i] * weights[i];
      count += weights[i];
    }
    return sum / static_cast<double>(count);
  };
}

std::vector<HitCounts> counts_by_label(const LabelHits& hits, Weights weights) {
  std::vector<HitCounts> counts(hits.names.size());
  for (std::size_t i = 0; i < weights.size(); ++i)
    for (std::size_t at = hits.begins[i]; weights[i] > 0 && at < hits.begins[i + 1]; ++at)
      counts[static_cast<std::size_t>(hits.hits[at].label)].add(hits.hits[at], weights[i]);
  return counts;
}

Measure micro_f1_of(const LabelHits& hits) {
  std::vector<HitCounts> of_example(hits.begins.size() - 1);
  for (std::size_t i = 0; i < of_example.size(); ++i)
    for (std::size_t at = hits.begins[i]; at < hits.begins[i + 1]; ++at)
      of_example[i].add(hits.hits[at], 1);
  return [of_example = std::move(of_example)](Weights weights) {
    HitCounts all;
    for (std::size_t i = 0; i < of_example.size(); ++i) {
      all.expected += weights[i] * of_example[i].expected;
      all.found += weights[i] * of_example[i].found;
      all.both += weights[i] * of_example[i].both;
    }
    return all.f1();
  };
}

}  // namespace electra
