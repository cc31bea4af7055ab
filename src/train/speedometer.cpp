#include "electra/train/speedometer.h"

#include <algorithm>
#include <vector>

namespace electra {

void Speedometer::add(Index tokens, Index padded) {
  const auto now = Clock::now();
  steps_.push_back({std::chrono::duration<double>(now - last_).count(), tokens, padded});
  if (steps_.size() > window) steps_.pop_front();
  last_ = now;
}

void Speedometer::pause() { last_ = Clock::now(); }

double Speedometer::median_seconds() const {
  if (steps_.empty()) return 0;
  std::vector<double> seconds;
  for (const Step& step : steps_) seconds.push_back(step.seconds);
  const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2);
  std::nth_element(seconds.begin(), middle, seconds.end());
  return *middle;
}

double Speedometer::milliseconds() const { return 1e3 * median_seconds(); }

namespace {

double per_second(double sum, std::size_t count, double seconds) {
  return seconds > 0 ? sum / static_cast<double>(count) / seconds : 0;
}

}  // namespace

double Speedometer::tokens_per_second() const {
  double sum = 0;
  for (const Step& step : steps_) sum += static_cast<double>(step.tokens);
  return per_second(sum, steps_.size(), median_seconds());
}

double Speedometer::padded_per_second() const {
  double sum = 0;
  for (const Step& step : steps_) sum += static_cast<double>(step.padded);
  return per_second(sum, steps_.size(), median_seconds());
}

}  // namespace electra
