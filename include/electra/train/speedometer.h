#pragma once

#include <chrono>
#include <deque>

#include "electra/core/shape.h"

namespace electra {

/// How fast steps go: medians over the last steps, so that a pause for an evaluation does not count
/// and a stall shows.
class Speedometer {
 public:
  /// A step has just ended.
  void add(Index tokens, Index padded);
  /// What was done since the last step is not part of the next one.
  void pause();

  [[nodiscard]] double milliseconds() const;
  [[nodiscard]] double tokens_per_second() const;
  [[nodiscard]] double padded_per_second() const;

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t window = 101;

  struct Step {
    double seconds;
    Index tokens, padded;
  };
  [[nodiscard]] double median_seconds() const;

  std::deque<Step> steps_;
  Clock::time_point last_ = Clock::now();
};

}  // namespace electra
