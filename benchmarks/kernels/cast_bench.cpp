#include "electra/kernels/cast.h"
#include "support/run.h"

namespace electra::bench {
namespace {

const Index rows = tokens();

void cast(benchmark::State& state, DType from, DType to) {
  const Tensor x({rows, state.range(0)}, from), y({rows, state.range(0)}, to);
  run(state, Cast{.x = x, .y = y}, Bound::copy);
}

void fill(benchmark::State& state, DType dtype) {
  const Tensor y({rows, state.range(0)}, dtype);
  run(state, Fill{.y = y, .value = 1}, Bound::copy);
}

BENCHMARK_CAPTURE(cast, f32_to_bf16, DType::f32, DType::bf16)->Arg(256)->Arg(3072)->Apply(timing);
BENCHMARK_CAPTURE(cast, bf16_to_f32, DType::bf16, DType::f32)->Arg(256)->Arg(3072)->Apply(timing);
BENCHMARK_CAPTURE(fill, f32, DType::f32)->Arg(256)->Arg(3072)->Apply(timing);
BENCHMARK_CAPTURE(fill, bf16, DType::bf16)->Arg(256)->Arg(3072)->Apply(timing);

}  // namespace
}  // namespace electra::bench
