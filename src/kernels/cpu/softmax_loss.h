#pragma once

#include <cmath>
#include <limits>

#include "electra/core/tensor.h"

namespace electra::cpu {

/// Softmax cross-entropy of a few logits against one of them; sums in f64. All but the largest are
/// summed, so that neither a loss near 0 nor the slope there loses its digits. A logit of -infinity
/// has no share; NaN, a logit of infinity or -infinity alone make everything NaN.
template <class W>
class SoftmaxLoss {
 public:
  /// Asks logit(i) for each i below `count` > 0.
  template <class Logit>
  SoftmaxLoss(Index count, const Logit& logit) {
    bool nan = false;
    for (Index i = 0; i < count; ++i) {
      const W value = logit(i);
      nan = nan || std::isnan(value);
      if (value > largest_) largest_ = value, top_ = i;
    }
    if (nan || !std::isfinite(largest_)) {
      top_ = -1;
      largest_ = std::numeric_limits<W>::quiet_NaN();
      rest_ = std::numeric_limits<double>::quiet_NaN();
    }
    for (Index i = 0; i < count; ++i)
      if (i != top_) rest_ += static_cast<double>(std::exp(logit(i) - largest_));
  }

  /// The first of the largest logits; -1 if everything is NaN.
  [[nodiscard]] Index top() const { return top_; }

  /// log(sum exp(logits)) - the label's logit.
  [[nodiscard]] W loss(W logit) const {
    return static_cast<W>(std::log1p(rest_) + static_cast<double>(largest_ - logit));
  }

  /// softmax - onehot, of logit i.
  [[nodiscard]] W slope(Index i, W logit, Index label) const {
    if (i == label && i == top_) return static_cast<W>(-rest_ / (1 + rest_));
    const double share = static_cast<double>(std::exp(logit - largest_)) / (1 + rest_);
    return static_cast<W>(i == label ? share - 1 : share);
  }

 private:
  Index top_ = -1;
  W largest_ = -std::numeric_limits<W>::infinity();
  double rest_ = 0;  // of exp(logit - largest), the largest left out
};

}  // namespace electra::cpu
