#include "electra/kernels/gather.h"
#include "support/run.h"

namespace electra::bench {
namespace {

const Index rows = tokens();
const Index capacity = rows / 128 * 20;  // at most 20 masked positions in a sequence

/// Ascending places, all in use.
struct Places {
  Places() : indices({capacity}, DType::i32), count({1}, DType::i32) {
    indices.set_each([](Index i) { return static_cast<std::int32_t>(i * rows / capacity); });
    count.fill(static_cast<std::int32_t>(capacity));
  }
  Tensor indices, count;
};

void gather(benchmark::State& state, DType dtype) {
  const Index width = state.range(0);
  const Places places;
  const Tensor x({rows, width}, dtype), y({capacity, width}, dtype);
  run(state, GatherRows{.x = x, .indices = places.indices, .count = places.count, .y = y},
      Bound::copy);
}

void scatter(benchmark::State& state, DType dtype) {
  const Index width = state.range(0);
  const Places places;
  const Tensor x({capacity, width}, dtype), y({rows, width}, dtype);
  run(state, ScatterRows{.x = x, .indices = places.indices, .count = places.count, .y = {y.view()}},
      Bound::copy);
}

BENCHMARK_CAPTURE(gather, f32, DType::f32)->Arg(64)->Arg(256)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(gather, bf16, DType::bf16)->Arg(64)->Arg(256)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(scatter, f32, DType::f32)->Arg(64)->Arg(256)->Arg(768)->Apply(timing);
BENCHMARK_CAPTURE(scatter, bf16, DType::bf16)->Arg(64)->Arg(256)->Arg(768)->Apply(timing);

}  // namespace
}  // namespace electra::bench
