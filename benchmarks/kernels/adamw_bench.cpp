#include "electra/kernels/adamw.h"
#include "kernels/machine.h"

namespace electra::bench {
namespace {

constexpr Index small = Index{14'196'224} / 64 * 64;  // parameters of ELECTRA-Small's pair
constexpr Index base = Index{143'000'000} / 64 * 64;  // about those of ELECTRA-Base's

void adamw(benchmark::State& state, DType value) {
  const Index size = state.range(0);
  const Tensor master({size}, DType::f32), copy({size}, DType::bf16), gradient({size}, DType::f32),
      moment_1({size}, DType::f32), moment_2({size}, DType::f32), segments({1, 3}, DType::i32),
      factors({1}, DType::f32), rate({1}, DType::f32), scale({1}, DType::f32),
      finite({1}, DType::i32), step({1}, DType::i32);
  segments.view().data<std::int32_t>()[1] = static_cast<std::int32_t>(size / 64);
  segments.view().data<std::int32_t>()[2] = 1;
  finite.fill(1);
  factors.set(0, 1);
  rate.set(0, 1e-4F);
  scale.set(0, 1);
  for (Index i = 0; i < size; ++i) moment_2.set(i, 1);  // a variance
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

BENCHMARK_CAPTURE(adamw, f32, DType::f32)->Arg(small)->Arg(base)->UseRealTime();
BENCHMARK_CAPTURE(adamw, bf16, DType::bf16)->Arg(small)->Arg(base)->UseRealTime();

}  // namespace
}  // namespace electra::bench

BENCHMARK_MAIN();
