#include "electra/kernels/replaced_token_loss.h"
#include "support/run.h"

namespace electra::bench {
namespace {

constexpr Index length = 128;
const Index batch = tokens() / length;

void loss(benchmark::State& state) {
  const Tensor logits({batch * length}, DType::f32), labels({batch * length}, DType::i32),
      lengths({batch}, DType::i32), scale({1}, DType::f32), losses({batch * length}, DType::f32),
      dlogits({batch * length}, DType::f32);
  lengths.fill(static_cast<std::int32_t>(length));
  run(state,
      ReplacedTokenLoss{.logits = logits,
                        .labels = labels,
                        .rows = {batch, length, lengths},
                        .scale = scale,
                        .losses = losses,
                        .dlogits = dlogits},
      Bound::copy);
}

BENCHMARK(loss)->Apply(timing);

}  // namespace
}  // namespace electra::bench
