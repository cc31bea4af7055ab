#include "electra/kernels/metrics.h"

#include <catch2/catch.hpp>

#include "support/kernel_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

struct Sums {
  DType dtype;
  HostTensor loss{{MetricSums::sums}, dtype, std::vector<double>(MetricSums::sums, 1.5)};
  HostTensor count{{MetricSums::counts}, DType::i32, std::vector<double>(MetricSums::counts, 7)};
  HostTensor histogram{
      {2, MetricSums::bins}, DType::i32, std::vector<double>(2 * MetricSums::bins, 3)};

  MetricSums view() { return {.loss = loss, .count = count, .histogram = histogram}; }
};

}  // namespace

TEST_CASE("masked-language-model figures add up", "[kernel][metrics]") {
  const auto dtype = GENERATE(DType::f32, DType::f64);
  const Index capacity = 37;
  const Index counted = GENERATE(Index{0}, Index{1}, Index{20}, Index{37});
  const HostTensor losses = test::random_tensor({capacity}, dtype, 1, 1, 5);
  const HostTensor targets = test::random_integers({capacity}, 4, 2);
  const HostTensor argmax = test::random_integers({capacity}, 4, 3);
  const HostTensor samples = test::random_integers({capacity}, 4, 4);
  const HostTensor count({1}, DType::i32, {static_cast<double>(counted)});
  Sums sums{dtype};
  const Sums before = sums;
  const auto context = Context::create({}, {.threads = 2});
  context->run(CountMasked{.losses = losses.view(),
                           .targets = targets.view(),
                           .argmax = argmax.view(),
                           .samples = samples.view(),
                           .count = count.view(),
                           .sums = sums.view()});
  double loss = 1.5, correct = 7, sampled = 7;
  for (Index i = 0; i < counted; ++i) {
    loss += losses[i];
    correct += targets[i] == argmax[i] ? 1 : 0;
    sampled += targets[i] == samples[i] ? 1 : 0;
  }
  CHECK(sums.loss[MetricSums::mlm_loss] == Approx(loss));
  CHECK(sums.loss[MetricSums::disc_loss] == 1.5);
  CHECK(sums.count[MetricSums::masked] == 7 + static_cast<double>(counted));
  CHECK(sums.count[MetricSums::correct] == correct);
  CHECK(sums.count[MetricSums::sampled_correct] == sampled);
  CHECK(sums.count[MetricSums::tokens] == 7);
  CHECK(sums.histogram == before.histogram);
}

TEST_CASE("replaced-token figures add up", "[kernel][metrics]") {
  const auto dtype = GENERATE(DType::f32, DType::f64);
  const Index batch = 5, length = 33;
  const HostTensor losses = test::random_tensor({batch, length}, dtype, 1, 1, 5);
  HostTensor logits = test::random_tensor({batch, length}, dtype, 2, 3);
  const HostTensor labels = test::random_integers({batch, length}, 2, 3);
  const HostTensor lengths({batch}, DType::i32, {33, 0, 1, 20, 32});
  for (const double extreme : {0.0, 1e4, -1e4, 100.0, -100.0})
    logits.set(static_cast<Index>(std::abs(extreme)) % 7 + (extreme < 0 ? 7 : 0), extreme);
  Sums sums{dtype};
  const auto context = Context::create({}, {.threads = 2});
  context->run(CountReplaced{.losses = losses.view(),
                             .logits = logits,
                             .labels = labels.view(),
                             .lengths = lengths.view(),
                             .sums = sums.view()});
  double loss = 1.5, tokens = 7, fakes = 7, hits = 7, alarms = 7;
  std::vector<double> histogram(2 * MetricSums::bins, 3);
  for (Index i = 0; i < batch * length; ++i) {
    if (static_cast<double>(i % length) >= lengths[i / length]) continue;
    const double p = 1 / (1 + std::exp(-logits[i]));
    const bool fake = labels[i] == 1;
    loss += losses[i];
    tokens += 1;
    fakes += fake ? 1 : 0;
    hits += fake && p > 0.5 ? 1 : 0;
    alarms += !fake && p > 0.5 ? 1 : 0;
    const auto bin = std::min(MetricSums::bins - 1, static_cast<Index>(p * MetricSums::bins));
    histogram[static_cast<std::size_t>((fake ? MetricSums::bins : 0) + bin)] += 1;
  }
  CHECK(sums.loss[MetricSums::disc_loss] == Approx(loss));
  CHECK(sums.loss[MetricSums::mlm_loss] == 1.5);
  CHECK(sums.count[MetricSums::tokens] == tokens);
  CHECK(sums.count[MetricSums::replaced] == fakes);
  CHECK(sums.count[MetricSums::true_positive] == hits);
  CHECK(sums.count[MetricSums::false_positive] == alarms);
  CHECK(sums.count[MetricSums::masked] == 7);
  CHECK(sums.histogram.values() == histogram);
}

TEST_CASE("a step's figures are folded in if it was finite, and forgotten",
          "[kernel][metrics][law]") {
  const auto dtype = GENERATE(DType::f32, DType::f64);
  const double ok = GENERATE(0.0, 1.0);
  Sums from{dtype}, to{dtype};
  from.loss.set(1, ok > 0 ? 2.5 : NAN);
  from.histogram.set(2000, 9);
  const Sums before = to;
  const HostTensor finite({1}, DType::i32, {ok});
  Context::create({}, {.threads = 2})
      ->run(FoldMetrics{.from = from.view(), .to = to.view(), .finite = finite.view()});
  CHECK(from.loss.values() == std::vector<double>(MetricSums::sums, 0));
  CHECK(from.count.values() == std::vector<double>(MetricSums::counts, 0));
  CHECK(from.histogram.values() == std::vector<double>(2 * MetricSums::bins, 0));
  if (ok > 0) {
    CHECK(to.loss.values() == std::vector<double>{3, 4});
    CHECK(to.count.values() == std::vector<double>(MetricSums::counts, 14));
    CHECK(to.histogram[1999] == 6);
    CHECK(to.histogram[2000] == 12);
  } else {
    CHECK(to.loss == before.loss);
    CHECK(to.count == before.count);
    CHECK(to.histogram == before.histogram);
  }
}

TEST_CASE("metrics refuse what does not fit", "[kernel][metrics]") {
  Sums from{DType::f32}, to{DType::f32};
  const HostTensor finite({1}, DType::i32, {1});
  to.histogram = HostTensor({2, 5}, DType::i32);
  const auto context = Context::create({}, {.threads = 1});
  CHECK_THROWS_WITH(
      context->run(FoldMetrics{.from = from.view(), .to = to.view(), .finite = finite.view()}),
      Contains("fold_metrics: sums.histogram: expected i32 [2, 1024], found i32 [2, 5]"));
}

}  // namespace electra
