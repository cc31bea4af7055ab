#include "electra/kernels/replaced_token_loss.h"
#include "support/run.h"

namespace electra::bench {
namespace {

constexpr Index length = 128;
const Index batch = tokens() / length;
const Index rows = batch * length;

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

void loss(benchmark::State& state) {
  const Tensor logits({batch, length}, DType::f32), labels({batch, length}, DType::i32),
      lengths({batch}, DType::i32), scale({1}, DType::f32), losses({batch, length}, DType::f32),
      dlogits({batch, length}, DType::f32);
  lengths.fill(static_cast<std::int32_t>(length));
  run(state,
      ReplacedTokenLoss{.logits = logits,
                        .labels = labels,
                        .lengths = lengths,
                        .scale = scale,
                        .losses = losses,
                        .dlogits = dlogits},
      Bound::copy);
}

BENCHMARK_CAPTURE(score_forward, f32, DType::f32)->Arg(256)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(score_forward, bf16, DType::bf16)->Arg(256)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(score_backward, f32, DType::f32)->Arg(256)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(score_backward, bf16, DType::bf16)->Arg(256)->Arg(768)->Apply(timing);
BENCHMARK(loss)->Apply(timing);

}  // namespace
}  // namespace electra::bench
