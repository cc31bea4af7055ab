#include "electra/kernels/gelu.h"
#include "kernels/machine.h"

namespace electra::bench {
namespace {

constexpr Index rows = 2048;

void forward(benchmark::State& state, DType dtype, Gelu form) {
  const Index width = state.range(0);
  const Tensor x({rows, width}, dtype), bias({width}, DType::f32), y({rows, width}, dtype);
  run(state, BiasGeluForward{.x = x, .bias = bias, .y = y, .form = form}, Bound::copy);
}

void backward(benchmark::State& state, DType dtype, Gelu form) {
  const Index width = state.range(0);
  const Tensor dy({rows, width}, dtype), x({rows, width}, dtype), bias({width}, DType::f32),
      dx({rows, width}, dtype), dbias({width}, DType::f32);
  run(state,
      BiasGeluBackward{.dy = dy, .x = x, .bias = bias, .dx = dx, .dbias = dbias, .form = form},
      Bound::copy);
}

BENCHMARK_CAPTURE(forward, erf_f32, DType::f32, Gelu::erf)->Arg(1024)->Arg(3072)->UseRealTime();
BENCHMARK_CAPTURE(forward, erf_bf16, DType::bf16, Gelu::erf)->Arg(1024)->Arg(3072)->UseRealTime();
BENCHMARK_CAPTURE(forward, tanh_f32, DType::f32, Gelu::tanh)->Arg(1024)->Arg(3072)->UseRealTime();
BENCHMARK_CAPTURE(backward, erf_f32, DType::f32, Gelu::erf)->Arg(1024)->Arg(3072)->UseRealTime();
BENCHMARK_CAPTURE(backward, erf_bf16, DType::bf16, Gelu::erf)->Arg(1024)->Arg(3072)->UseRealTime();
BENCHMARK_CAPTURE(backward, tanh_f32, DType::f32, Gelu::tanh)->Arg(1024)->Arg(3072)->UseRealTime();

}  // namespace
}  // namespace electra::bench

BENCHMARK_MAIN();
