#include "electra/kernels/gather.h"
#include "kernels/machine.h"

namespace electra::bench {
namespace {

constexpr Index rows = 2048;
constexpr Index capacity = 16 * 20;  // a batch of 16, at most 20 masked positions each

/// Ascending places, all in use.
struct Places {
  Places() : indices({capacity}, DType::i32), count({1}, DType::i32) {
    for (Index i = 0; i < capacity; ++i)
      indices.view().data<std::int32_t>()[i] = static_cast<std::int32_t>(i * rows / capacity);
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

BENCHMARK_CAPTURE(gather, f32, DType::f32)->Arg(64)->Arg(256)->Arg(768)->UseRealTime();
BENCHMARK_CAPTURE(gather, bf16, DType::bf16)->Arg(64)->Arg(256)->Arg(768)->UseRealTime();
BENCHMARK_CAPTURE(scatter, f32, DType::f32)->Arg(64)->Arg(256)->Arg(768)->UseRealTime();
BENCHMARK_CAPTURE(scatter, bf16, DType::bf16)->Arg(64)->Arg(256)->Arg(768)->UseRealTime();

}  // namespace
}  // namespace electra::bench

BENCHMARK_MAIN();
