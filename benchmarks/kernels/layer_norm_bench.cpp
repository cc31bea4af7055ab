#include "electra/kernels/layer_norm.h"
#include "support/run.h"

namespace electra::bench {
namespace {

const Index rows = tokens();

void forward(benchmark::State& state, DType dtype) {
  const Index width = state.range(0);
  const Tensor x({rows, width}, dtype), gain({width}, DType::f32), bias({width}, DType::f32),
      y({rows, width}, dtype), mean({rows}, DType::f32), rstd({rows}, DType::f32);
  run(state,
      LayerNormForward{.x = x, .gain = gain, .bias = bias, .y = y, .mean = mean, .rstd = rstd},
      Bound::copy);
}

void backward(benchmark::State& state, DType dtype) {
  const Index width = state.range(0);
  const Tensor dy({rows, width}, dtype), x({rows, width}, dtype), gain({width}, DType::f32),
      mean({rows}, DType::f32), rstd({rows}, DType::f32), dx({rows, width}, dtype),
      dgain({width}, DType::f32), dbias({width}, DType::f32);
  run(state,
      LayerNormBackward{.dy = dy,
                        .x = x,
                        .gain = gain,
                        .mean = mean,
                        .rstd = rstd,
                        .dx = {dx.view()},
                        .dgain = dgain,
                        .dbias = dbias},
      Bound::copy);
}

BENCHMARK_CAPTURE(forward, f32, DType::f32)->Arg(64)->Arg(256)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(forward, bf16, DType::bf16)->Arg(64)->Arg(256)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(backward, f32, DType::f32)->Arg(64)->Arg(256)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(backward, bf16, DType::bf16)->Arg(64)->Arg(256)->Arg(768)->Apply(timing);

}  // namespace
}  // namespace electra::bench
