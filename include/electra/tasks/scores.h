#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "electra/core/interruption.h"
#include "electra/tasks/labels.h"
#include "electra/tasks/prediction.h"
#include "electra/tasks/task.h"

namespace electra {

/// What scores are computed from: examples with what is right, and what a model says.
struct Scored {
  TaskKind task = TaskKind::classify;
  const Examples& examples;
  const Labels& labels;
  std::span<const Prediction> predictions;  // one for each example
};

/// One score of a set.
struct Score {
  const ScoreInfo* info = nullptr;
  double value = 0;
};
/// With an interval that holds 95 % of what other samples would give.
struct ScoreInterval {
  Score score;
  double low = 0, high = 0;
};

/// All scores that apply, in the order of the task's table: which do follows from the labels (f1
/// and matthews: two classes; span_f1: BIO, IOB1 or BIOES tags). Values are shares, 0 to 1, or
/// plain numbers, as ScoreInfo::percent says. Throws IoError if there is no example, or a label
/// that is none of the labels; ShapeError for predictions that are not the examples'. A score that
/// is not defined (a correlation of constants) is 0. Of classes the one with the highest
/// probability counts, the earlier one of equals; of several labels those above 1/2; a word that
/// was cut off is wrong, and O among spans.
[[nodiscard]] std::vector<Score> scores(const Scored& scored);

/// The same with percentile bootstrap intervals over examples (Efron): `rounds` samples with
/// replacement, drawn from the seed. Throws Interrupted between two of them if `stop` wants it.
[[nodiscard]] std::vector<ScoreInterval> score_intervals(const Scored& scored, Index rounds = 1000,
                                                         std::uint64_t seed = 1,
                                                         const StopRequest& stop = {});

/// Two models on the same examples: what the first scores more, with an interval by paired
/// bootstrap, and the share of samples in which it is not better (the p value of one side): not
/// more, or not less where less is better.
struct ScoreDifference {
  Score score;  // the difference
  double low = 0, high = 0, p = 0;
};
[[nodiscard]] std::vector<ScoreDifference> score_differences(const Scored& scored,
                                                             std::span<const Prediction> against,
                                                             Index rounds = 1000,
                                                             std::uint64_t seed = 1);

/// [labels, labels] counts, row by the right label, column by the predicted one: of classify and,
/// over words that were not cut off, of tag. Empty for others.
[[nodiscard]] std::vector<Index> confusion(const Scored& scored);

/// Of one label, or of one kind of span.
struct LabelScore {
  std::string label;
  double precision = 0, recall = 0, f1 = 0;  // shares; 0 where nothing was to be found
  Index support = 0;                         // how many there are
};
/// Of classify, multilabel and tag; of tags that mark spans, their kinds.
[[nodiscard]] std::vector<LabelScore> label_scores(const Scored& scored);

}  // namespace electra
