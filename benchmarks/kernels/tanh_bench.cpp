#include "electra/kernels/tanh.h"
#include "support/run.h"

namespace electra::bench {
namespace {

void forward(benchmark::State& state, DType dtype) {
  const Index rows = texts(), width = state.range(0);
  const Tensor x({rows, width}, dtype), bias({width}, DType::f32), y({rows, width}, dtype);
  run(state, BiasTanh{.x = x, .bias = bias, .y = y}, Bound::copy);
}

BENCHMARK_CAPTURE(forward, f32, DType::f32)->Arg(384)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(forward, bf16, DType::bf16)->Arg(384)->Arg(768)->Apply(timing);

}  // namespace
}  // namespace electra::bench
