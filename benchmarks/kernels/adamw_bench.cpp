#include <array>

#include "electra/kernels/adamw.h"
#include "support/run.h"

namespace electra::bench {
namespace {

/// Parameters of ELECTRA-Small's pair, and about those of ELECTRA-Base's.
const Index small = at_most_bytes(14'196'224, DType::f32) / 64 * 64;
const Index base = at_most_bytes(143'000'000, DType::f32) / 64 * 64;

void adamw(benchmark::State& state, DType value) {
  const Index size = state.range(0);
  const Tensor master({size}, DType::f32), copy({size}, DType::bf16), gradient({size}, DType::f32),
      moment_1({size}, DType::f32), moment_2({size}, DType::f32), segments({1, 3}, DType::i32),
      factors({1}, DType::f32), rate({1}, DType::f32), scale({1}, DType::f32),
      finite({1}, DType::i32), step({1}, DType::i32);
  const std::array<std::int32_t, 3> all{0, static_cast<std::int32_t>(size / 64), 1};
  segments.set_each([&](Index i) { return all[static_cast<std::size_t>(i)]; });
  finite.fill(1);
  factors.fill(1.0F);
  rate.fill(1e-4F);
  scale.fill(1.0F);
  moment_2.fill(1.0F);  // a variance
  run(state,
      AdamW{.master = master,
            .value = value == DType::bf16 ? copy.view() : TensorView{},
            .gradient = gradient,
            .moment_1 = moment_1,
            .moment_2 = moment_2,
            .segments = segments,
            .rate_factors = factors,
            .rate = rate,
            .scale = scale,
            .finite = finite,
            .step = step},
      Bound::copy);
}

BENCHMARK_CAPTURE(adamw, f32, DType::f32)->Arg(small)->Arg(base)->Apply(timing);
BENCHMARK_CAPTURE(adamw, bf16, DType::bf16)->Arg(small)->Arg(base)->Apply(timing);

}  // namespace
}  // namespace electra::bench
