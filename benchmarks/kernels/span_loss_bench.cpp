#include "electra/kernels/span_loss.h"
#include "support/run.h"

namespace electra::bench {
namespace {

/// With the gradient.
void span_loss(benchmark::State& state, DType dtype) {
  const Index batch = texts(), length = state.range(0), padded = padded_outputs(2);
  const Tensor logits({batch * length, padded}, dtype), lengths({batch}, DType::i32),
      starts({batch}, DType::i32), ends({batch}, DType::i32), scale({1}, DType::f32),
      losses({batch}, DType::f32), right({batch}, DType::i32),
      dlogits({batch * length, padded}, dtype);
  lengths.fill(static_cast<std::int32_t>(length));
  starts.set_each([](Index i) { return static_cast<std::int32_t>(i % 16); });
  ends.set_each([](Index i) { return static_cast<std::int32_t>(16 + i % 16); });
  run(state,
      SpanLoss{.logits = logits,
               .rows = {batch, length, lengths},
               .starts = starts,
               .ends = ends,
               .scale = scale,
               .losses = losses,
               .right = right,
               .dlogits = dlogits},
      Bound::copy);
}

BENCHMARK_CAPTURE(span_loss, f32, DType::f32)->Arg(32)->Arg(128)->Arg(384)->Apply(timing);
BENCHMARK_CAPTURE(span_loss, bf16, DType::bf16)->Arg(32)->Arg(128)->Arg(384)->Apply(timing);

}  // namespace
}  // namespace electra::bench
