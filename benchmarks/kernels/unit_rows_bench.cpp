#include "electra/kernels/unit_rows.h"
#include "support/run.h"

namespace electra::bench {
namespace {

void forward(benchmark::State& state, DType dtype) {
  const Index rows = texts(), width = state.range(0);
  const Tensor x({rows, width}, dtype), y({rows, width}, dtype), norms({rows}, DType::f32);
  run(state, UnitRowsForward{.x = x, .y = y, .norms = norms}, Bound::copy);
}

void backward(benchmark::State& state, DType dtype) {
  const Index rows = texts(), width = state.range(0);
  const Tensor dy({rows, width}, dtype), y({rows, width}, dtype), norms({rows}, DType::f32),
      dx({rows, width}, dtype);
  norms.fill(1.0F);
  run(state, UnitRowsBackward{.dy = dy, .y = y, .norms = norms, .dx = dx}, Bound::copy);
}

BENCHMARK_CAPTURE(forward, f32, DType::f32)->Arg(256)->Arg(384)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(forward, bf16, DType::bf16)->Arg(256)->Arg(384)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(backward, f32, DType::f32)->Arg(256)->Arg(384)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(backward, bf16, DType::bf16)->Arg(256)->Arg(384)->Arg(768)->Apply(timing);

}  // namespace
}  // namespace electra::bench
