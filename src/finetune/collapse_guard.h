#pragma once

#include <optional>
#include <string>

#include "electra/core/shape.h"

namespace electra {

/// Watches a run's training loss: once, a third of the way, it must be below that of the best
/// answer that is the same for every example.
class CollapseGuard {
 public:
  /// `constant_loss`: of that answer. `steps`: of the whole run.
  CollapseGuard(double constant_loss, Index steps) : constant_(constant_loss), steps_(steps) {}

  /// The mean loss of the steps since the last time, after so many in all; absent: not known.
  void see(Index step, std::optional<double> loss);
  /// What is to be said of a run that has learned nothing; empty if it has, or it is too early.
  [[nodiscard]] const std::string& verdict() const { return verdict_; }

 private:
  static constexpr double share = 0.99;  // of the constant answer's loss

  double constant_;
  Index steps_;
  bool judged_ = false;
  std::string verdict_;
};

}  // namespace electra
