#include "electra/kernels/squared_loss.h"
#include "support/run.h"

namespace electra::bench {
namespace {

/// With the gradient.
void squared_loss(benchmark::State& state, DType dtype) {
  const Index rows = texts(), padded = padded_outputs(1);
  const Tensor outputs({rows, padded}, dtype), targets({rows}, DType::f32), scale({1}, DType::f32),
      losses({rows}, DType::f32), doutputs({rows, padded}, dtype);
  run(state,
      SquaredLoss{.outputs = outputs,
                  .targets = targets,
                  .scale = scale,
                  .losses = losses,
                  .doutputs = doutputs},
      Bound::copy);
}

BENCHMARK_CAPTURE(squared_loss, f32, DType::f32)->Apply(timing);
BENCHMARK_CAPTURE(squared_loss, bf16, DType::bf16)->Apply(timing);

}  // namespace
}  // namespace electra::bench
