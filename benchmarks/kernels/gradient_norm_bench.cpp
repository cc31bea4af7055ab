#include "electra/kernels/gradient_norm.h"
#include "support/run.h"

namespace electra::bench {
namespace {

void gradient_norm(benchmark::State& state) {
  const Tensor gradient({state.range(0)}, DType::f32), non_finite({1}, DType::i32),
      norm({1}, DType::f32), scale({1}, DType::f32), finite({1}, DType::i32);
  run(state,
      GradientNorm{.gradient = gradient,
                   .non_finite = non_finite,
                   .norm = norm,
                   .scale = scale,
                   .finite = finite},
      Bound::copy);
}

// The parameters of ELECTRA-Small's pair, and about those of ELECTRA-Base's.
BENCHMARK(gradient_norm)
    ->Arg(at_most_bytes(14'196'224, DType::f32))
    ->Arg(at_most_bytes(143'000'000, DType::f32))
    ->Apply(timing);

}  // namespace
}  // namespace electra::bench
