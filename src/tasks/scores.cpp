#include "electra/tasks/scores.h"

#include <algorithm>
#include <cmath>

#include "electra/core/error.h"
#include "electra/core/random.h"
#include "tasks/readers/text_file.h"
#include "tasks/score_table.h"
#include "tasks/scores/span_f1.h"
#include "tasks/span_tags.h"

namespace electra {

namespace {

/// A score that applies.
struct Applied {
  const ScoreInfo* info = nullptr;
  Measure measure;
};

[[noreturn]] void refuse_prediction(const Scored& scored, std::size_t row, const char* what,
                                    Index expected, Index found) {
  throw ShapeError("prediction of " + place_of(scored.examples, row) + ": expected " +
                   std::to_string(expected) + " " + what + ", found " + std::to_string(found));
}

void check_prediction(const Scored& scored, std::size_t row) {
  const Prediction& prediction = scored.predictions[row];
  const Example& example = scored.examples.rows[row];
  const auto expect = [&](const char* what, Index expected, Index found) {
    if (expected != found) refuse_prediction(scored, row, what, expected, found);
  };
  const Index outputs = std::ssize(prediction.outputs);
  switch (scored.task) {
    case TaskKind::classify:
      expect("right labels", 1, std::ssize(example.labels));
      return expect("outputs", scored.labels.size(), outputs);
    case TaskKind::multilabel:
      return expect("outputs", scored.labels.size(), outputs);
    case TaskKind::regress:
      return expect("outputs", 1, outputs);
    case TaskKind::tag:
      expect("right tags", std::ssize(example.words), std::ssize(example.labels));
      return expect("tags", std::ssize(example.words), std::ssize(prediction.tags));
    case TaskKind::embed:
      for (const std::vector<float>* vector : {&prediction.vector, &prediction.vector_b}) {
        expect("elements of a vector", std::ssize(scored.predictions[0].vector),
               std::ssize(*vector));
        expect("finite elements", std::ssize(*vector),
               std::ranges::count_if(*vector, [](float x) { return std::isfinite(x); }));
      }
      return;
    case TaskKind::answer:
      return;
  }
}

void check(const Scored& scored) {
  const Index examples = std::ssize(scored.examples.rows);
  if (examples == 0) refuse(scored.examples.file, "examples to score", "none");
  if (std::ssize(scored.predictions) != examples)
    throw ShapeError("predictions for " + scored.examples.file + ": expected " +
                     std::to_string(examples) + ", found " +
                     std::to_string(scored.predictions.size()));
  scored.labels.check(scored.examples);
  for (std::size_t row = 0; row < scored.predictions.size(); ++row) check_prediction(scored, row);
}

std::vector<Applied> measures(const Scored& scored) {
  check(scored);
  Evidence evidence(scored);
  const std::span<const ScoreKind> kinds = score_kinds(scored.task);
  const std::span<const ScoreInfo> infos = score_infos(scored.task);
  std::vector<Applied> result;
  for (std::size_t i = 0; i < kinds.size(); ++i)
    if (Measure measure = kinds[i].measure(evidence))
      result.push_back({&infos[i], std::move(measure)});
  return result;
}

std::vector<std::uint32_t> once_each(const Scored& scored) {
  return std::vector<std::uint32_t>(scored.predictions.size(), 1);
}

/// How often each of `count` examples is drawn in the round's sample with replacement.
std::vector<std::uint32_t> sample(std::size_t count, Index round, std::uint64_t seed) {
  RandomStream stream(seed, site(Network::none, 0, Place::shuffle, Draws::evaluation), 0,
                      static_cast<std::uint32_t>(round));
  std::vector<std::uint32_t> weights(count);
  for (std::size_t i = 0; i < count; ++i)
    ++weights[stream.below(static_cast<std::uint32_t>(count))];
  return weights;
}

/// For each value its figures over all rounds, sorted: [values][rounds].
template <class Value>
std::vector<std::vector<double>> bootstrap(const std::vector<Value>& values, std::size_t examples,
                                           Index rounds, std::uint64_t seed,
                                           const StopRequest& stop = {}) {
  if (rounds < 1)
    throw ConfigError("bootstrap: expected at least 1 round, found " + std::to_string(rounds));
  std::vector<std::vector<double>> figures(values.size());
  for (Index round = 0; round < rounds; ++round) {
    stop_if(stop);
    const std::vector<std::uint32_t> weights = sample(examples, round, seed);
    for (std::size_t i = 0; i < values.size(); ++i) figures[i].push_back(values[i](weights));
  }
  for (std::vector<double>& of_one : figures) std::ranges::sort(of_one);
  return figures;
}

/// The ends of the middle 95 % of sorted figures.
double low_end(const std::vector<double>& figures) { return figures[figures.size() / 40]; }
double high_end(const std::vector<double>& figures) {
  return figures[figures.size() - 1 - figures.size() / 40];
}

std::vector<LabelScore> scores_of(const LabelHits& hits, Weights weights) {
  const auto share = [](std::uint64_t part, std::uint64_t all) {
    return all == 0 ? 0 : static_cast<double>(part) / static_cast<double>(all);
  };
  std::vector<LabelScore> result;
  const std::vector<HitCounts> counts = counts_by_label(hits, weights);
  for (std::size_t label = 0; label < counts.size(); ++label)
    result.push_back({.label = hits.names[label],
                      .precision = share(counts[label].both, counts[label].found),
                      .recall = share(counts[label].both, counts[label].expected),
                      .f1 = counts[label].f1(),
                      .support = static_cast<Index>(counts[label].expected)});
  return result;
}

}  // namespace

std::vector<Score> scores(const Scored& scored) {
  const std::vector<std::uint32_t> weights = once_each(scored);
  std::vector<Score> result;
  for (const Applied& applied : measures(scored))
    result.push_back({applied.info, applied.measure(weights)});
  return result;
}

std::vector<ScoreInterval> score_intervals(const Scored& scored, Index rounds, std::uint64_t seed,
                                           const StopRequest& stop) {
  const std::vector<Applied> applied = measures(scored);
  std::vector<Measure> values;
  for (const Applied& one : applied) values.push_back(one.measure);
  const auto figures = bootstrap(values, scored.predictions.size(), rounds, seed, stop);
  const std::vector<std::uint32_t> weights = once_each(scored);
  std::vector<ScoreInterval> result;
  for (std::size_t i = 0; i < applied.size(); ++i)
    result.push_back({.score = {applied[i].info, values[i](weights)},
                      .low = low_end(figures[i]),
                      .high = high_end(figures[i])});
  return result;
}

std::vector<ScoreDifference> score_differences(const Scored& scored,
                                               std::span<const Prediction> against, Index rounds,
                                               std::uint64_t seed) {
  const std::vector<Applied> first = measures(scored);
  const std::vector<Applied> second =
      measures({scored.task, scored.examples, scored.labels, against});
  std::vector<Measure> values;
  for (std::size_t i = 0; i < first.size(); ++i)
    values.emplace_back([a = first[i].measure, b = second[i].measure](Weights weights) {
      return a(weights) - b(weights);
    });
  const auto figures = bootstrap(values, scored.predictions.size(), rounds, seed);
  const std::vector<std::uint32_t> weights = once_each(scored);
  std::vector<ScoreDifference> result;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const bool less = first[i].info->better == ScoreInfo::Better::less;
    const auto not_better =
        std::ranges::count_if(figures[i], [&](double d) { return less ? d >= 0 : d <= 0; });
    result.push_back({.score = {first[i].info, values[i](weights)},
                      .low = low_end(figures[i]),
                      .high = high_end(figures[i]),
                      .p = static_cast<double>(not_better) / static_cast<double>(rounds)});
  }
  return result;
}

std::vector<Index> confusion(const Scored& scored) {
  if (scored.task != TaskKind::classify && scored.task != TaskKind::tag) return {};
  check(scored);
  const auto labels = static_cast<std::size_t>(scored.labels.size());
  std::vector<Index> counts(labels * labels);
  for (const auto [right, predicted] : label_pairs(scored).pairs)
    if (predicted >= 0)
      ++counts[static_cast<std::size_t>(right) * labels + static_cast<std::size_t>(predicted)];
  return counts;
}

std::vector<LabelScore> label_scores(const Scored& scored) {
  const bool has_labels = scored.task == TaskKind::classify || scored.task == TaskKind::tag ||
                          scored.task == TaskKind::multilabel;
  if (!has_labels) return {};
  check(scored);
  const std::vector<std::uint32_t> weights = once_each(scored);
  if (scored.task == TaskKind::tag && mark_spans(scored.labels.names()))
    return scores_of(span_hits(scored), weights);
  Evidence evidence(scored);
  return scores_of(evidence.hits(), weights);
}

}  // namespace electra
