#pragma once

#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace electra {

/// Area under the ROC curve by ranks, ties counted half: the probability that a replaced token has
/// a larger score than an original one. Absent if either is missing; NaN if a score is, which has
/// no rank. Infinite scores have theirs.
class RankAuc {
 public:
  void add(double score, bool replaced);
  [[nodiscard]] std::optional<double> value() const;

 private:
  std::vector<std::pair<float, bool>> scores_;
};

/// The same area from how many scores fell into each bin: first those of original tokens, then as
/// many bins of replaced ones. Scores within one bin are ties.
[[nodiscard]] std::optional<double> histogram_auc(std::span<const double> histogram);

}  // namespace electra
