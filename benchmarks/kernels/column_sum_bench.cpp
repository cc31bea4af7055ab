#include "electra/kernels/column_sum.h"
#include "support/run.h"

namespace electra::bench {
namespace {

const Index rows = tokens();

void column_sum(benchmark::State& state, DType dtype) {
  const Tensor x({rows, state.range(0)}, dtype), y({state.range(0)}, DType::f32);
  run(state, ColumnSum{.x = x, .y = {y.view()}}, Bound::copy);
}

BENCHMARK_CAPTURE(column_sum, f32, DType::f32)->Arg(256)->Arg(3072)->Apply(timing);
BENCHMARK_CAPTURE(column_sum, bf16, DType::bf16)->Arg(256)->Arg(3072)->Apply(timing);

}  // namespace
}  // namespace electra::bench
