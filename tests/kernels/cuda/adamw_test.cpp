#include "electra/kernels/adamw.h"

#include <catch2/catch.hpp>

#include "electra/kernels/gradient_norm.h"
#include "support/twin.h"

namespace electra {
namespace {

using test::HostTensor;
using test::Twin;
using test::unit;

}  // namespace

TEST_CASE("the optimizer on a GPU agrees with the CPU's", "[cuda][kernel][adamw]") {
  const auto correction = GENERATE(AdamW::BiasCorrection::off, AdamW::BiasCorrection::on);
  const bool with_value = GENERATE(false, true);
  const bool finite = GENERATE(true, false);
  const Index size = 64 * 40;
  const HostTensor gradient = test::random_tensor({size}, DType::f32, 1, 3);
  const HostTensor non_finite({1}, DType::i32, {finite ? 0.0 : 1.0});
  const HostTensor norm({1}, DType::f32), scale({1}, DType::f32), good({1}, DType::i32);
  Twin norms([&](auto at) {
    return GradientNorm{.gradient = at(gradient),
                        .non_finite = at(non_finite),
                        .norm = at(norm),
                        .scale = at(scale),
                        .finite = at(good),
                        .clip_norm = 2};
  });
  CHECK(norms.error(norm) < 2 * unit(DType::f32));
  CHECK(norms.error(scale) < 2 * unit(DType::f32));
  CHECK(norms.equal(good));

  const HostTensor step({1}, DType::i32, {4}), rate({1}, DType::f32);
  Twin rates([&](auto at) {
    return LearningRate{
        .step = at(step), .rate = at(rate), .peak = 1e-2, .warmup = 9, .steps = 50, .power = 0.5};
  });
  CHECK(rates.error(rate, 1e-9) < unit(DType::f32));

  const HostTensor master = test::random_tensor({size}, DType::f32, 2);
  const HostTensor value({size}, DType::bf16, std::vector<double>(size, 1.0));
  const HostTensor moment_1 = test::random_tensor({size}, DType::f32, 3);
  HostTensor moment_2 = test::random_tensor({size}, DType::f32, 4);
  for (Index i = 0; i < size; ++i) moment_2.set(i, std::abs(moment_2[i]));
  const HostTensor segments({4, 3}, DType::i32, {0, 1, 1, 1, 18, 0, 20, 4, 1, 25, 15, 1});
  const HostTensor factors({4}, DType::f32, {1, 0.5, 0, 2});
  Twin update([&](auto at) {
    return AdamW{.master = at(master),
                 .value = with_value ? at(value) : TensorView{},
                 .gradient = at(gradient),
                 .moment_1 = at(moment_1),
                 .moment_2 = at(moment_2),
                 .segments = at(segments),
                 .rate_factors = at(factors),
                 .rate = at(rate),
                 .scale = at(scale),
                 .finite = at(good),
                 .step = at(step),
                 .bias_correction = correction};
  });
  CHECK(update.error(master) < 4 * unit(DType::f32));
  CHECK(update.error(moment_1) < 2 * unit(DType::f32));
  CHECK(update.error(moment_2) < 2 * unit(DType::f32));
  if (with_value) CHECK(update.error(value) < unit(DType::bf16));

  const HostTensor skipped({2}, DType::i32, {3, 1});
  Twin advance([&](auto at) {
    return AdvanceStep{
        .finite = at(good), .step = at(step), .skipped = at(skipped), .non_finite = at(non_finite)};
  });
  CHECK(advance.equal(step));
  CHECK(advance.equal(skipped));
  CHECK(advance.equal(non_finite));
}

TEST_CASE("a trapezoid of rates on a GPU is the CPU's", "[cuda][kernel][adamw]") {
  const double at = GENERATE(0, 3, 9, 10, 55, 99, 100, 2000);
  const auto [warmup, steps] =  // the last two have no room to fall, or to rise
      GENERATE(table<Index, Index>({{10, 100}, {0, 100}, {0, 1}, {4, 4}, {8, 4}}));
  CAPTURE(at, warmup, steps);
  const HostTensor step({1}, DType::i32, {at}), rate({1}, DType::f32);
  Twin rates([&, warmup = warmup, steps = steps](auto on) {
    return LearningRate{.step = on(step),
                        .rate = on(rate),
                        .peak = 3e-4,
                        .warmup = warmup,
                        .steps = steps,
                        .power = 3,
                        .schedule = LearningRate::Schedule::trapezoid};
  });
  CHECK(rates.equal(rate));
  CHECK((rate[0] > 0) == (at < static_cast<double>(steps)));
}

}  // namespace electra
