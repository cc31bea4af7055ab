#include "electra/kernels/metrics.h"
#include "kernels/machine.h"

namespace electra::bench {
namespace {

constexpr Index batch = 16;
constexpr Index length = 128;
constexpr Index capacity = 304;

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

BENCHMARK(count_masked)->UseRealTime();
BENCHMARK(count_replaced)->UseRealTime();
BENCHMARK(fold_metrics)->UseRealTime();

}  // namespace
}  // namespace electra::bench

BENCHMARK_MAIN();
