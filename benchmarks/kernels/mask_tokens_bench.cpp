#include "electra/kernels/mask_tokens.h"
#include "support/run.h"

namespace electra::bench {
namespace {

constexpr Index length = 128;
const Index batch = tokens() / length;
constexpr Index each = 19;  // masks in an example
const Index capacity = batch * each;

void mask_tokens(benchmark::State& state, MaskTokens::Draw draw) {
  const Tensor ids({batch * length}, DType::i32), lengths({batch}, DType::i32),
      counts({batch}, DType::i32), masked({batch * length}, DType::i32),
      positions({capacity}, DType::i32), originals({capacity}, DType::i32), count({1}, DType::i32),
      step({1}, DType::i32);
  ids.fill(1000);
  lengths.fill(static_cast<std::int32_t>(length));
  counts.fill(static_cast<std::int32_t>(each));
  run(state,
      MaskTokens{.ids = ids,
                 .rows = {batch, length, lengths},
                 .mask_counts = counts,
                 .masked_ids = masked,
                 .positions = positions,
                 .originals = originals,
                 .count = count,
                 .special = {},
                 .vocabulary = 30522,
                 .draw = draw,
                 .random = {.seed = 1, .step = step}},
      Bound::copy);
}

void replace_tokens(benchmark::State& state) {
  const Tensor ids({batch * length}, DType::i32), positions({capacity}, DType::i32),
      samples({capacity}, DType::i32), count({1}, DType::i32),
      corrupted({batch * length}, DType::i32), labels({batch * length}, DType::i32),
      lengths({batch}, DType::i32);
  lengths.fill(static_cast<std::int32_t>(length));
  count.fill(static_cast<std::int32_t>(capacity));
  positions.set_each([](Index i) { return static_cast<std::int32_t>(i * 6); });
  run(state,
      ReplaceTokens{.ids = ids,
                    .rows = {batch, length, lengths},
                    .positions = positions,
                    .samples = samples,
                    .count = count,
                    .corrupted_ids = corrupted,
                    .labels = labels},
      Bound::copy);
}

BENCHMARK_CAPTURE(mask_tokens, without_replacement, MaskTokens::Draw::without_replacement)
    ->Apply(timing);
BENCHMARK_CAPTURE(mask_tokens, with_replacement, MaskTokens::Draw::with_replacement)->Apply(timing);
BENCHMARK(replace_tokens)->Apply(timing);

}  // namespace
}  // namespace electra::bench
