#include "electra/kernels/count_answers.h"
#include "support/run.h"

namespace electra::bench {
namespace {

/// Of texts (1 row each) or of their tokens.
void count_answers(benchmark::State& state) {
  const Index rows = texts() * state.range(0);
  const Tensor losses({rows}, DType::f32), right({rows}, DType::i32), loss({1}, DType::f32),
      counts({2}, DType::i32);
  run(state, CountAnswers{.losses = losses, .right = right, .loss = loss, .counts = counts},
      Bound::copy);
}

BENCHMARK(count_answers)->Arg(1)->Arg(128)->Apply(timing);

}  // namespace
}  // namespace electra::bench
