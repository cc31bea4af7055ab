#include "kernels/cpu/softmax_loss.h"

#include <array>
#include <catch2/catch.hpp>

namespace electra {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

using Logits = std::array<double, 4>;

cpu::SoftmaxLoss<double> of(const Logits& logits) {
  return {4, [&](Index i) { return logits[static_cast<std::size_t>(i)]; }};
}

}  // namespace

TEST_CASE("a softmax's loss is that of its definition and its slopes add to 0",
          "[kernel][softmax_loss]") {
  const Logits logits{1, 3, -2, 3};
  const auto softmax = of(logits);
  double sum = 0;
  for (const double logit : logits) sum += std::exp(logit);
  CHECK(softmax.top() == 1);
  for (Index label = 0; label < 4; ++label) {
    CHECK(softmax.loss(logits[static_cast<std::size_t>(label)]) ==
          Approx(std::log(sum) - logits[static_cast<std::size_t>(label)]).epsilon(1e-13));
    double slopes = 0;
    for (Index i = 0; i < 4; ++i)
      slopes += softmax.slope(i, logits[static_cast<std::size_t>(i)], label);
    CHECK(slopes == Approx(0).margin(1e-15));
  }
}

TEST_CASE("a softmax without a finite largest logit, or with NaN, is NaN",
          "[kernel][softmax_loss]") {
  const Logits logits = GENERATE(Logits{0, infinity, 1, 2}, Logits{infinity, infinity, 0, 0},
                                 Logits{-infinity, -infinity, -infinity, -infinity},
                                 Logits{NAN, 0, 1, 2}, Logits{5, 0, 1, NAN});
  const auto softmax = of(logits);
  CHECK(softmax.top() == -1);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(std::isnan(softmax.loss(logits[i])));
    for (Index label = 0; label < 4; ++label)
      CHECK(std::isnan(softmax.slope(static_cast<Index>(i), logits[i], label)));
  }
}

}  // namespace electra
