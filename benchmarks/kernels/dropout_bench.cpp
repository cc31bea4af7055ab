#include "electra/kernels/dropout.h"
#include "support/run.h"

namespace electra::bench {
namespace {

/// Of the pooled texts (length 1) or of all tokens.
void dropout(benchmark::State& state, DType dtype) {
  const Index batch = texts(), length = state.range(0), width = state.range(1);
  const Tensor x({batch * length, width}, dtype), y({batch * length, width}, dtype),
      lengths({batch}, DType::i32), step({1}, DType::i32);
  run(state,
      Dropout{.x = x,
              .y = y,
              .rows = {batch, length, lengths},
              .rate = 0.1F,
              .random = {1, step.view(), 0, site(Network::discriminator, 0, Place::head_dropout)}},
      Bound::copy);
}

void shapes(benchmark::internal::Benchmark* registered) {
  timing(registered->ArgsProduct({{1, 32, 128}, {256, 384, 768}}));
}

BENCHMARK_CAPTURE(dropout, f32, DType::f32)->Apply(shapes);
BENCHMARK_CAPTURE(dropout, bf16, DType::bf16)->Apply(shapes);

}  // namespace
}  // namespace electra::bench
