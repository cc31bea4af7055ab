#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "electra/tasks/scores.h"

namespace electra {

/// How often each example counts: once for a score, as often as it was drawn in a sample of the
/// bootstrap.
using Weights = std::span<const std::uint32_t>;
/// A score as a function of the weights, with all that does not depend on them worked out before.
/// Without a function: the score does not apply to these labels.
using Measure = std::function<double(Weights)>;

/// A label, or a span, that an example has, or is said to have, or both.
struct Hit {
  std::int32_t label = 0;  // a number among LabelHits::names
  bool expected = false;
  bool found = false;
};

/// The hits of all examples, those of example i from begins[i] up to begins[i + 1].
struct LabelHits {
  std::vector<std::string> names;
  std::vector<Hit> hits;
  std::vector<std::size_t> begins;
};

struct HitCounts {
  std::uint64_t expected = 0, found = 0, both = 0;

  void add(const Hit& hit, std::uint64_t times);
  /// 2 both / (expected + found); 0 where there is nothing.
  [[nodiscard]] double f1() const;
};

/// The right label of an example or a word, and the predicted one; -1: none, as the word was cut.
struct LabelPair {
  std::int32_t right = 0, predicted = 0;
};

/// Pairs of classify (one an example) and tag (one a word), with begins as LabelHits has them.
struct LabelPairs {
  std::vector<LabelPair> pairs;
  std::vector<std::size_t> begins;
};

/// The place of the largest, the earlier one where several are.
[[nodiscard]] std::int32_t best_of(std::span<const double> outputs);

[[nodiscard]] LabelPairs label_pairs(const Scored& scored);
/// Of classify and tag's words.
[[nodiscard]] LabelHits label_hits(const Scored& scored, const LabelPairs& pairs);
/// Of multilabel: what has a probability above 1/2 is found.
[[nodiscard]] LabelHits label_set_hits(const Scored& scored);

/// What several scores of one set go by, worked out once and when it is asked for.
class Evidence {
 public:
  explicit Evidence(const Scored& scored) : scored_(scored) {}

  [[nodiscard]] const Scored& scored() const { return scored_; }
  [[nodiscard]] const LabelPairs& pairs();
  /// Labels of classify, multilabel and tag's words.
  [[nodiscard]] const LabelHits& hits();
  /// Embed: from 1, the place at which the first text that belongs to each example's comes.
  [[nodiscard]] const std::vector<Index>& ranks();

 private:
  const Scored& scored_;
  std::optional<LabelPairs> pairs_;
  std::optional<LabelHits> hits_;
  std::optional<std::vector<Index>> ranks_;
};

/// The mean of a value of each example.
[[nodiscard]] Measure mean_of(std::vector<double> values);

/// Of each label, over the weighted examples.
[[nodiscard]] std::vector<HitCounts> counts_by_label(const LabelHits& hits, Weights weights);

/// F1 of all hits together.
[[nodiscard]] Measure micro_f1_of(const LabelHits& hits);

}  // namespace electra
