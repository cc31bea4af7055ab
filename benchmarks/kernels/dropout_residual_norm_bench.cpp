#include "electra/kernels/dropout_residual_norm.h"
#include "support/run.h"

namespace electra::bench {
namespace {

constexpr Index length = 128;
const Index batch = tokens() / length;
const Index rows = batch * length;

RandomKey key(const Tensor& step) {
  return {1, step.view(), 0, site(Network::discriminator, 0, Place::feed_forward_dropout)};
}

void forward(benchmark::State& state, DType dtype, float dropout) {
  const Index width = state.range(0);
  const Tensor x({rows, width}, dtype), bias({width}, DType::f32), residual({rows, width}, dtype),
      gain({width}, DType::f32), beta({width}, DType::f32), sum({rows, width}, dtype),
      y({rows, width}, dtype), mean({rows}, DType::f32), rstd({rows}, DType::f32),
      step({1}, DType::i32), lengths({batch}, DType::i32);
  run(state,
      DropoutResidualNormForward{.x = x,
                                 .bias = bias,
                                 .residual = residual,
                                 .gain = gain,
                                 .beta = beta,
                                 .sum = sum,
                                 .y = y,
                                 .mean = mean,
                                 .rstd = rstd,
                                 .rows = {batch, length, lengths},
                                 .dropout = dropout,
                                 .random = key(step)},
      Bound::copy);
}

void backward(benchmark::State& state, DType dtype, float dropout) {
  const Index width = state.range(0);
  const Tensor dy({rows, width}, dtype), sum({rows, width}, dtype), gain({width}, DType::f32),
      mean({rows}, DType::f32), rstd({rows}, DType::f32), dresidual({rows, width}, dtype),
      dx({rows, width}, dtype), dgain({width}, DType::f32), dbeta({width}, DType::f32),
      dbias({width}, DType::f32), step({1}, DType::i32), lengths({batch}, DType::i32);
  run(state,
      DropoutResidualNormBackward{.dy = dy,
                                  .sum = sum,
                                  .gain = gain,
                                  .mean = mean,
                                  .rstd = rstd,
                                  .dresidual = dresidual,
                                  .dx = dx,
                                  .dgain = dgain,
                                  .dbeta = dbeta,
                                  .dbias = dbias,
                                  .rows = {batch, length, lengths},
                                  .dropout = dropout,
                                  .random = key(step)},
      Bound::copy);
}

BENCHMARK_CAPTURE(forward, f32_dropout_0, DType::f32, 0.0F)->Arg(256)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(forward, f32_dropout_0_1, DType::f32, 0.1F)->Arg(256)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(forward, bf16_dropout_0_1, DType::bf16, 0.1F)->Arg(256)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(backward, f32_dropout_0, DType::f32, 0.0F)->Arg(256)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(backward, f32_dropout_0_1, DType::f32, 0.1F)->Arg(256)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(backward, bf16_dropout_0_1, DType::bf16, 0.1F)->Arg(256)->Arg(768)->Apply(timing);

}  // namespace
}  // namespace electra::bench
