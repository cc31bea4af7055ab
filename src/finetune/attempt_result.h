#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// What a finished attempt leaves in its folder, beside the run's files.
struct AttemptResult {
  std::uint64_t seed = 0;
  double rate = 0;
  std::string failure;  // why nothing was learned; empty: it was
  std::vector<std::string> score_keys;
  std::vector<double> score_values;
  Index step = 0;  // of the weights that were kept
  double seconds = 0;
  double tokens_per_second = 0;

  void fields(auto&& visit) {
    visit("seed", seed, "of the run");
    visit("rate", rate, "largest learning rate");
    visit("failure", failure, "why nothing was learned");
    visit("score_keys", score_keys, "names of scores");
    visit("score_values", score_values, "their values");
    visit("step", step, "of the weights that were kept");
    visit("seconds", seconds, "of training");
    visit("tokens_per_second", tokens_per_second, "of training");
  }
  /// The value of the task's first score that there is. Throws Error if there is none.
  [[nodiscard]] double first_score() const;
};

}  // namespace electra
