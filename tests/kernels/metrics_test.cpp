#include "electra/kernels/metrics.h"

#include <catch2/catch.hpp>

#include "support/kernel_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

/// What a kernel writes: a view amid a larger tensor, whose other elements it may not touch.
class Amid {
 public:
  Amid(Shape shape, const HostTensor& values)
      : whole_({shape.size() + 2 * beside}, values.dtype()), shape_(shape) {
    whole_.fill(sentinel);
    for (Index i = 0; i < shape.size(); ++i) test::set(*this, i, values[i]);
  }
  Amid(Shape shape, DType dtype, double each)
      : Amid(shape,
             {shape, dtype, std::vector<double>(static_cast<std::size_t>(shape.size()), each)}) {}

  operator TensorView() const {  // NOLINT: stands for its view, as a HostTensor does
    return whole_.view().slice(beside, shape_.size()).reshape(shape_);
  }
  [[nodiscard]] std::vector<double> values() const { return test::values(TensorView(*this)); }
  [[nodiscard]] bool neighbours_untouched() const {
    for (Index i = 0; i < beside; ++i)
      if (whole_[i] != sentinel || whole_[whole_.size() - 1 - i] != sentinel) return false;
    return true;
  }

 private:
  static constexpr Index beside = 3;
  static constexpr double sentinel = -77;
  HostTensor whole_;
  Shape shape_;
};

struct FoldCase {
  Index sums;
  Index counts;
  DType dtype;
  Amid sums_from{{sums}, test::random_integers({sums}, 1000, 1).to(dtype)};
  Amid sums_to{{sums}, test::random_integers({sums}, 1000, 2).to(dtype)};
  Amid counts_from{{counts}, test::random_integers({counts}, 1000, 3)};
  Amid counts_to{{counts}, test::random_integers({counts}, 1000, 4)};
  HostTensor finite{{1}, DType::i32, {1}};

  FoldMetrics kernel() {
    return {.sums_from = sums_from,
            .sums_to = sums_to,
            .counts_from = counts_from,
            .counts_to = counts_to,
            .finite = finite};
  }
};

std::vector<double> added(std::vector<double> to, const std::vector<double>& from) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
  return to;
}

std::vector<double> zeros(Index count) {
  return std::vector<double>(static_cast<std::size_t>(count), 0);
}

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
  const Amid sum({1}, dtype, 1.5), counts({3}, DType::i32, 7);
  const auto context = Context::create({}, {.threads = 2});
  context->run(CountMasked{.losses = losses.view(),
                           .targets = targets.view(),
                           .argmax = argmax.view(),
                           .samples = samples.view(),
                           .count = count.view(),
                           .loss = sum,
                           .counts = counts});
  double loss = 1.5, correct = 7, sampled = 7;
  for (Index i = 0; i < counted; ++i) {
    loss += losses[i];
    correct += targets[i] == argmax[i] ? 1 : 0;
    sampled += targets[i] == samples[i] ? 1 : 0;
  }
  CHECK(sum.values()[0] == Approx(loss));
  CHECK(counts.values() == std::vector<double>{7 + static_cast<double>(counted), correct, sampled});
  CHECK(sum.neighbours_untouched());
  CHECK(counts.neighbours_untouched());
}

TEST_CASE("replaced-token figures add up", "[kernel][metrics]") {
  const auto dtype = GENERATE(DType::f32, DType::f64);
  const Index batch = 5, length = 33, bins = CountReplaced::bins;
  const HostTensor losses = test::random_tensor({batch * length}, dtype, 1, 1, 5);
  HostTensor logits = test::random_tensor({batch * length}, dtype, 2, 3);
  const HostTensor labels = test::random_integers({batch * length}, 2, 3);
  const HostTensor lengths({batch}, DType::i32, {33, 0, 1, 20, 32});
  for (const double extreme : {0.0, 1e4, -1e4, 100.0, -100.0})
    logits.set(static_cast<Index>(std::abs(extreme)) % 7 + (extreme < 0 ? 7 : 0), extreme);
  const Amid sum({1}, dtype, 1.5), counts({4}, DType::i32, 7);
  const Amid histogram({2, bins}, DType::i32, 3);
  const auto context = Context::create({}, {.threads = 2});
  context->run(CountReplaced{.losses = losses.view(),
                             .logits = logits,
                             .labels = labels.view(),
                             .rows = {batch, length, lengths.view()},
                             .loss = sum,
                             .counts = counts,
                             .histogram = histogram});
  double loss = 1.5, tokens = 7, fakes = 7, hits = 7, alarms = 7;
  std::vector<double> of_probability(2 * bins, 3);
  for (Index i = 0; i < batch * length; ++i) {
    if (static_cast<double>(i % length) >= lengths[i / length]) continue;
    const double p = 1 / (1 + std::exp(-logits[i]));
    const bool fake = labels[i] == 1;
    loss += losses[i];
    tokens += 1;
    fakes += fake ? 1 : 0;
    hits += fake && p > 0.5 ? 1 : 0;
    alarms += !fake && p > 0.5 ? 1 : 0;
    const auto bin = std::min(bins - 1, static_cast<Index>(p * bins));
    of_probability[static_cast<std::size_t>((fake ? bins : 0) + bin)] += 1;
  }
  CHECK(sum.values()[0] == Approx(loss));
  CHECK(counts.values() == std::vector<double>{tokens, fakes, hits, alarms});
  CHECK(histogram.values() == of_probability);
  CHECK(sum.neighbours_untouched());
  CHECK(counts.neighbours_untouched());
  CHECK(histogram.neighbours_untouched());
}

TEST_CASE("a step's figures are folded in if it was finite, and forgotten",
          "[kernel][metrics][law]") {
  const auto dtype = GENERATE(DType::f32, DType::f64);
  const auto [sums, counts] =
      GENERATE(table<Index, Index>({{1, 1}, {1, 700}, {300, 1}, {64, 64 + 2048}, {0, 5}, {5, 0}}));
  const bool finite = GENERATE(false, true);
  CAPTURE(to_string(dtype), sums, counts, finite);
  FoldCase c{sums, counts, dtype};
  c.finite.set(0, finite ? 1 : 0);
  if (!finite && sums > 0) test::set(c.sums_from, sums - 1, NAN);
  const FoldCase before = c;
  Context::create({}, {.threads = 2})->run(c.kernel());
  CHECK(c.sums_from.values() == zeros(sums));
  CHECK(c.counts_from.values() == zeros(counts));
  if (finite) {
    CHECK(c.sums_to.values() == added(before.sums_to.values(), before.sums_from.values()));
    CHECK(c.counts_to.values() == added(before.counts_to.values(), before.counts_from.values()));
  } else {
    CHECK(c.sums_to.values() == before.sums_to.values());
    CHECK(c.counts_to.values() == before.counts_to.values());
  }
  for (const Amid* written : {&c.sums_from, &c.sums_to, &c.counts_from, &c.counts_to})
    CHECK(written->neighbours_untouched());
}

TEST_CASE("metrics refuse what does not fit", "[kernel][metrics]") {
  const auto context = Context::create({}, {.threads = 1});
  const HostTensor wide({6}, DType::f32), ids({3}, DType::i32), labels({6}, DType::i32);
  const HostTensor one({1}, DType::f32), two({2}, DType::f32), four({4}, DType::i32);
  const HostTensor lengths({2}, DType::i32), histogram({2, 5}, DType::i32);
  const HostTensor count({1}, DType::i32);
  CHECK_THROWS_WITH(
      context->run(CountReplaced{.losses = wide,
                                 .logits = wide,
                                 .labels = labels,
                                 .rows = {2, 3, lengths},
                                 .loss = one,
                                 .counts = four,
                                 .histogram = histogram}),
      Contains("count_replaced: histogram: expected i32 [2, 1024], found i32 [2, 5]"));
  CountMasked masked{.losses = wide.view().slice(0, 3),
                     .targets = ids,
                     .argmax = ids,
                     .samples = ids,
                     .count = count,
                     .loss = one,
                     .counts = four};
  CHECK_THROWS_WITH(context->run(masked),
                    Contains("count_masked: counts: expected i32 [3], found i32 [4]"));
  masked.counts = ids;
  masked.loss = two;
  CHECK_THROWS_WITH(context->run(masked),
                    Contains("count_masked: loss: expected f32 [1], found f32 [2]"));
  FoldCase c{3, 6, DType::f32};
  FoldMetrics fold = c.kernel();
  fold.counts_to = four;
  CHECK_THROWS_WITH(context->run(fold),
                    Contains("fold_metrics: counts_to: expected i32 [6], found i32 [4]"));
  fold = c.kernel();
  fold.sums_to = two;
  CHECK_THROWS_WITH(context->run(fold),
                    Contains("fold_metrics: sums_to: expected f32 [3], found f32 [2]"));
}

}  // namespace electra
