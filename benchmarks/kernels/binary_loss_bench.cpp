#include "electra/kernels/binary_loss.h"
#include "support/run.h"

namespace electra::bench {
namespace {

/// With the gradient.
void binary_loss(benchmark::State& state, DType dtype) {
  const Index rows = texts(), labels = state.range(0), padded = padded_outputs(labels);
  const Tensor logits({rows, padded}, dtype), targets({rows, labels}, DType::i32),
      scale({1}, DType::f32), losses({rows}, DType::f32), right({rows}, DType::i32),
      dlogits({rows, padded}, dtype);
  targets.set_each([](Index i) { return static_cast<std::int32_t>(i % 3 == 0); });
  run(state,
      BinaryLoss{.logits = logits,
                 .targets = targets,
                 .scale = scale,
                 .losses = losses,
                 .right = right,
                 .dlogits = dlogits},
      Bound::copy);
}

BENCHMARK_CAPTURE(binary_loss, f32, DType::f32)->Arg(2)->Arg(6)->Arg(20)->Apply(timing);
BENCHMARK_CAPTURE(binary_loss, bf16, DType::bf16)->Arg(2)->Arg(6)->Arg(20)->Apply(timing);

}  // namespace
}  // namespace electra::bench
