#include "electra/train/metrics.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "electra/core/context.h"
#include "electra/core/random.h"
#include "electra/parallel/communicator.h"
#include "electra/train/step_state.h"

using namespace electra;

namespace {

/// The definition: over all pairs, how often the replaced token scores higher; ties count half.
double by_pairs(const std::vector<std::pair<double, bool>>& scores) {
  double wins = 0;
  double pairs = 0;
  for (const auto& [a, replaced] : scores)
    for (const auto& [b, other] : scores)
      if (replaced && !other) {
        wins += a > b ? 1 : a == b ? 0.5 : 0;
        ++pairs;
      }
  return wins / pairs;
}

}  // namespace

TEST_CASE("AUC by ranks is the share of pairs in the right order", "[metrics][law]") {
  RandomStream random(3, site(Network::none, 0, Place::pack), 0, 0);
  for (const int levels : {2, 5, 1000}) {
    std::vector<std::pair<double, bool>> scores;
    RankAuc auc;
    for (int i = 0; i < 300; ++i) {
      const bool replaced = random.below(5) == 0;
      const double score = random.below(static_cast<std::uint32_t>(levels)) + (replaced ? 0.6 : 0);
      scores.emplace_back(score, replaced);
      auc.add(score, replaced);
    }
    CHECK(*auc.value() == Approx(by_pairs(scores)).epsilon(1e-12));
  }
}

TEST_CASE("AUC is absent without both kinds of tokens", "[metrics]") {
  RankAuc auc;
  CHECK_FALSE(auc.value());
  auc.add(1, true);
  CHECK_FALSE(auc.value());
  auc.add(0, false);
  CHECK(*auc.value() == 1);
}

TEST_CASE("figures follow from the sums", "[metrics]") {
  const auto context = Context::create({});
  const auto alone = Communicator::single_process();
  StepState state(*context, DType::f32);
  const PretrainingMetrics none = read_metrics(*context, *alone, state.running, {1, 50});
  CHECK_FALSE(none.loss);
  CHECK_FALSE(none.disc_precision);
  CHECK_FALSE(none.mlm_accuracy);

  const auto count = state.running.count.span<std::int32_t>();
  state.running.loss.span<float>()[MetricSums::mlm_loss] = 60;
  state.running.loss.span<float>()[MetricSums::disc_loss] = 10;
  count[MetricSums::masked] = 30;
  count[MetricSums::correct] = 12;
  count[MetricSums::sampled_correct] = 6;
  count[MetricSums::tokens] = 200;
  count[MetricSums::replaced] = 24;
  count[MetricSums::true_positive] = 8;
  count[MetricSums::false_positive] = 2;
  const auto histogram = state.running.histogram.span<std::int32_t>();
  histogram[10] = 3;                      // original, low
  histogram[500] = 1;                     // original, tied with a replaced one
  histogram[MetricSums::bins + 500] = 1;  // replaced
  histogram[MetricSums::bins + 900] = 1;  // replaced, high
  const PretrainingMetrics m = read_metrics(*context, *alone, state.running, {1, 50});
  CHECK(*m.mlm_loss == Approx(2));
  CHECK(*m.disc_loss == Approx(0.05));
  CHECK(*m.loss == Approx(4.5));
  CHECK(*m.mlm_accuracy == Approx(0.4));
  CHECK(*m.sampled_mlm_accuracy == Approx(0.2));
  CHECK(*m.disc_recall == Approx(1.0 / 3));
  CHECK(*m.disc_precision == Approx(0.8));
  CHECK(*m.disc_accuracy == Approx((200.0 - 16 - 2) / 200));
  CHECK(*m.disc_auc == Approx(7.5 / 8));
}
