#include "finetune/collapse_guard.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "electra/core/quantity_text.h"

namespace electra {

namespace {

constexpr double share = 0.99;  // of the constant answer's loss
constexpr Index fewest = 1024;  // examples of a window; or answers, at the end

std::string loss_text(double loss) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.4f", loss);
  return text.data();
}

}  // namespace

CollapseGuard::CollapseGuard(double constant_loss, Index steps, Index batch, double answers)
    : constant_(constant_loss),
      steps_(steps),
      begin_(steps / 3 - steps / 20),
      window_(std::max(steps / 20, (fewest + batch - 1) / batch)),
      answers_(static_cast<double>(batch) * answers) {}

void CollapseGuard::see(Index step, std::optional<double> loss) {
  const Index begin = seen_;
  seen_ = step;
  if (judged_ || begin < begin_ || !loss) return;
  sum_ += *loss * static_cast<double>(step - begin);
  counted_ += step - begin;
  const bool ends = step == steps_ && static_cast<double>(counted_) * answers_ >= fewest;
  if (counted_ >= window_ || ends) judge(step);
}

void CollapseGuard::judge(Index step) {
  judged_ = true;
  const double mean = sum_ / static_cast<double>(counted_);
  if (constant_ <= 0 || mean < share * constant_) return;
  verdict_ = "nothing was learned: up to step " + count_text(step) + " of " + count_text(steps_) +
             " the loss of the last " + count_text(counted_) + " steps is " + loss_text(mean) +
             ", and that of the best answer that is always the same " + loss_text(constant_);
}

}  // namespace electra
