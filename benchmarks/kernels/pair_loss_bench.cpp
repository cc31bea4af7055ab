#include "electra/kernels/pair_loss.h"
#include "support/run.h"

namespace electra::bench {
namespace {

/// With the gradient; so many candidates for each text.
void pair_loss(benchmark::State& state, DType dtype) {
  const Index rows = texts(), candidates = rows * state.range(0);
  const Tensor cosines({rows, candidates}, dtype, 0.2), texts_of({candidates}, DType::i32),
      scale({1}, DType::f32), losses({rows}, DType::f32), right({rows}, DType::i32),
      dcosines({rows, candidates}, dtype);
  texts_of.set_each([](Index i) { return static_cast<std::int32_t>(i); });
  run(state,
      PairLoss{.cosines = cosines,
               .texts = texts_of,
               .scale = scale,
               .losses = losses,
               .right = right,
               .dcosines = dcosines},
      Bound::copy);
}

BENCHMARK_CAPTURE(pair_loss, f32, DType::f32)->Arg(1)->Arg(2)->Apply(timing);
BENCHMARK_CAPTURE(pair_loss, bf16, DType::bf16)->Arg(1)->Arg(2)->Apply(timing);

}  // namespace
}  // namespace electra::bench
