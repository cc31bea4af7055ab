#pragma once

#include <optional>
#include <span>
#include <vector>

#include "electra/core/tensor.h"
#include "electra/kernels/metrics.h"

namespace electra {

class Communicator;
class Context;

/// What pretraining is judged by; see docs/formats.md. A figure that cannot be computed is absent.
struct PretrainingMetrics {
  std::optional<double> loss, mlm_loss, disc_loss;
  std::optional<double> mlm_accuracy, sampled_mlm_accuracy;
  std::optional<double> disc_auc, disc_accuracy, disc_precision, disc_recall;
  Index masked = 0;
  Index tokens = 0;
};

/// The weights of the two losses in their sum.
struct LossWeights {
  double generator = 1;
  double discriminator = 50;
};

/// Adds the sums over ranks (a copy of them), reads them, and computes all figures; the AUC from
/// the histogram, ties within a bin counted half.
[[nodiscard]] PretrainingMetrics read_metrics(Context& context, Communicator& communicator,
                                              const MetricSums& sums, LossWeights weights);

/// Area under the ROC curve by ranks, ties counted half: the probability that a replaced token has
/// a larger score than an original one. Absent if either is missing.
class RankAuc {
 public:
  void add(double score, bool replaced);
  [[nodiscard]] std::optional<double> value() const;

 private:
  std::vector<std::pair<float, bool>> scores_;
};

}  // namespace electra
