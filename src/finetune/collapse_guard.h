#pragma once

#include <optional>
#include <string>

#include "electra/core/shape.h"

namespace electra {

/// Watches a run's training loss: once, a third of the way, its mean over a twentieth of the steps
/// must be below that of the best answer that is the same for every example. Short runs are judged
/// later, by about a thousand examples at least, or at their end by as many answers, of which an
/// example of tag has one for each word: fewer say too little. An answer without loss cannot be
/// beaten: then there is no verdict.
class CollapseGuard {
 public:
  /// `constant_loss`: of that answer. `steps`: of the whole run. `batch`: examples of a step;
  /// `answers`: of an example.
  CollapseGuard(double constant_loss, Index steps, Index batch = 32, double answers = 1);

  /// The mean loss of the steps since the last time, after so many in all; absent: not known.
  void see(Index step, std::optional<double> loss);
  /// What is to be said of a run that has learned nothing; empty if it has, or it is too early.
  [[nodiscard]] const std::string& verdict() const { return verdict_; }

 private:
  void judge(Index step);

  double constant_;
  Index steps_, begin_, window_;
  double answers_;     // of a step
  Index seen_ = 0;     // steps in all
  Index counted_ = 0;  // of them, in the window
  double sum_ = 0;     // of their losses
  bool judged_ = false;
  std::string verdict_;
};

}  // namespace electra
