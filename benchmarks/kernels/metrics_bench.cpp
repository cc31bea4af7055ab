#include "electra/kernels/metrics.h"
#include "support/run.h"

namespace electra::bench {
namespace {

constexpr Index length = 128;
const Index batch = tokens() / length;
const Index capacity = masked_positions();

/// Sums to count into.
struct Sums {
  Tensor loss{{MetricSums::sums}, DType::f32}, count{{MetricSums::counts}, DType::i32},
      histogram{{2, MetricSums::bins}, DType::i32};
  [[nodiscard]] MetricSums all() const {
    return {.loss = loss, .count = count, .histogram = histogram};
  }
};

void count_masked(benchmark::State& state) {
  const Sums sums;
  const Tensor losses({capacity}, DType::f32), targets({capacity}, DType::i32),
      argmax({capacity}, DType::i32), samples({capacity}, DType::i32), count({1}, DType::i32);
  count.fill(static_cast<std::int32_t>(capacity));
  run(state,
      CountMasked{.losses = losses,
                  .targets = targets,
                  .argmax = argmax,
                  .samples = samples,
                  .count = count,
                  .sums = sums.all()},
      Bound::copy);
}

void count_replaced(benchmark::State& state) {
  const Sums sums;
  const Tensor losses({batch, length}, DType::f32), logits({batch, length}, DType::f32),
      labels({batch, length}, DType::i32), lengths({batch}, DType::i32);
  lengths.fill(static_cast<std::int32_t>(length));
  run(state,
      CountReplaced{.losses = losses,
                    .logits = logits,
                    .labels = labels,
                    .lengths = lengths,
                    .sums = sums.all()},
      Bound::copy);
}

void fold_metrics(benchmark::State& state) {
  const Sums from, to;
  const Tensor finite({1}, DType::i32);
  finite.fill(1);
  run(state, FoldMetrics{.from = from.all(), .to = to.all(), .finite = finite}, Bound::copy);
}

BENCHMARK(count_masked)->Apply(timing);
BENCHMARK(count_replaced)->Apply(timing);
BENCHMARK(fold_metrics)->Apply(timing);

}  // namespace
}  // namespace electra::bench
