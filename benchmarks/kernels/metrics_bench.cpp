#include "electra/kernels/metrics.h"
#include "support/run.h"

namespace electra::bench {
namespace {

constexpr Index length = 128;
const Index batch = tokens() / length;
const Index capacity = masked_positions();

void count_masked(benchmark::State& state) {
  const Tensor loss({1}, DType::f32), counts({3}, DType::i32);
  const Tensor losses({capacity}, DType::f32), targets({capacity}, DType::i32),
      argmax({capacity}, DType::i32), samples({capacity}, DType::i32), count({1}, DType::i32);
  count.fill(static_cast<std::int32_t>(capacity));
  run(state,
      CountMasked{.losses = losses,
                  .targets = targets,
                  .argmax = argmax,
                  .samples = samples,
                  .count = count,
                  .loss = loss,
                  .counts = counts},
      Bound::copy);
}

void count_replaced(benchmark::State& state) {
  const Tensor loss({1}, DType::f32), counts({4}, DType::i32),
      histogram({2, CountReplaced::bins}, DType::i32);
  const Tensor losses({batch * length}, DType::f32), logits({batch * length}, DType::f32),
      labels({batch * length}, DType::i32), lengths({batch}, DType::i32);
  lengths.fill(static_cast<std::int32_t>(length));
  run(state,
      CountReplaced{.losses = losses,
                    .logits = logits,
                    .labels = labels,
                    .rows = {batch, length, lengths},
                    .loss = loss,
                    .counts = counts,
                    .histogram = histogram},
      Bound::copy);
}

/// What the trainer adds up: a few numbers, each kind padded to 64, and the histogram.
constexpr Index sums = 64, counts = 64 + 2 * CountReplaced::bins;

void fold_metrics(benchmark::State& state) {
  const Tensor sums_from({sums}, DType::f32), sums_to({sums}, DType::f32),
      counts_from({counts}, DType::i32), counts_to({counts}, DType::i32), finite({1}, DType::i32);
  finite.fill(1);
  run(state,
      FoldMetrics{.sums_from = sums_from,
                  .sums_to = sums_to,
                  .counts_from = counts_from,
                  .counts_to = counts_to,
                  .finite = finite},
      Bound::copy);
}

BENCHMARK(count_masked)->Apply(timing);
BENCHMARK(count_replaced)->Apply(timing);
BENCHMARK(fold_metrics)->Apply(timing);

}  // namespace
}  // namespace electra::bench
