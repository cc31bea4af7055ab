#include "electra/kernels/score.h"
#include "support/run.h"

namespace electra::bench {
namespace {

const Index rows = tokens();

void score_forward(benchmark::State& state, DType dtype) {
  const Index width = state.range(0);
  const Tensor x({rows, width}, dtype), weight({1, width}, dtype), bias({1}, DType::f32),
      y({rows}, DType::f32);
  run(state, ScoreForward{.x = x, .weight = weight, .bias = bias, .y = y}, Bound::copy);
}

void score_backward(benchmark::State& state, DType dtype) {
  const Index width = state.range(0);
  const Tensor dy({rows}, DType::f32), x({rows, width}, dtype), weight({1, width}, dtype),
      dx({rows, width}, dtype), dweight({1, width}, DType::f32), dbias({1}, DType::f32);
  run(state,
      ScoreBackward{.dy = dy,
                    .x = x,
                    .weight = weight,
                    .dx = {dx.view()},
                    .dweight = dweight,
                    .dbias = dbias},
      Bound::copy);
}

BENCHMARK_CAPTURE(score_forward, f32, DType::f32)->Arg(256)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(score_forward, bf16, DType::bf16)->Arg(256)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(score_backward, f32, DType::f32)->Arg(256)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(score_backward, bf16, DType::bf16)->Arg(256)->Arg(768)->Apply(timing);

}  // namespace
}  // namespace electra::bench
