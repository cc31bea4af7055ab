#include "electra/kernels/adamw.h"

#include <catch2/catch.hpp>

#include "support/kernel_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;
using Correction = AdamW::BiasCorrection;

/// Three groups over 64 · 300 elements: decayed, not decayed, frozen; and a gap of 64 between.
struct Case {
  static constexpr Index units = 300;
  DType dtype = DType::f32;
  HostTensor master = test::random_tensor({64 * units}, dtype, 1);
  HostTensor value{{64 * units}, DType::bf16};
  HostTensor gradient = test::random_tensor({64 * units}, dtype, 2, 0.3);
  HostTensor moment_1{{64 * units}, dtype, std::vector<double>(64 * units, 0.0)};
  HostTensor moment_2 = moment_1;
  HostTensor segments{{3, 3}, DType::i32, {0, 200, 1, 200, 30, 0, 231, 69, 1}};
  HostTensor factors{{3}, dtype, {1, 0.5, 0}};
  HostTensor rate{{1}, dtype, {0.01}};
  HostTensor scale{{1}, dtype, {0.7}};
  HostTensor finite{{1}, DType::i32, {1}};
  HostTensor step{{1}, DType::i32, {0}};
  Correction correction = Correction::off;

  AdamW kernel() {
    return {.master = master,
            .value = dtype == DType::f32 ? value.view() : TensorView{},
            .gradient = gradient,
            .moment_1 = moment_1,
            .moment_2 = moment_2,
            .segments = segments,
            .rate_factors = factors,
            .rate = rate,
            .scale = scale,
            .finite = finite,
            .step = step,
            .bias_correction = correction};
  }
};

struct Group {
  double factor, decay;
};

/// What LearningRate writes.
struct RateCase {
  DType dtype;
  double power = 1;
  LearningRate::Schedule schedule = LearningRate::Schedule::product;

  [[nodiscard]] double at(double step, Index warmup, Index steps) const {
    const HostTensor now({1}, DType::i32, {step}), rate({1}, dtype);
    Context::create({}, {.threads = 1})
        ->run(LearningRate{.step = now.view(),
                           .rate = rate,
                           .peak = 0.5,
                           .warmup = warmup,
                           .steps = steps,
                           .power = power,
                           .schedule = schedule});
    return rate[0];
  }
};

Group group_of(Index i) {
  const Index unit = i / 64;
  if (unit < 200) return {1, 0.01};
  if (unit < 230) return {0.5, 0};
  return {0, 0};
}

}  // namespace

TEST_CASE("AdamW follows its formula over four steps", "[kernel][adamw]") {
  const auto dtype = GENERATE(DType::f32, DType::f64);
  const auto correction = GENERATE(Correction::off, Correction::on);
  Case c{.dtype = dtype};
  c.correction = correction;
  std::vector<double> w = c.master.values(), m(w.size()), v(w.size());
  const auto context = Context::create({}, {.threads = 2});
  for (int step = 0; step < 4; ++step) {
    c.gradient = test::random_tensor(c.gradient.shape(), dtype, 10 + static_cast<unsigned>(step));
    c.step.set(0, step);
    context->run(c.kernel());
    const bool corrects = correction == Correction::on;
    const double c1 = corrects ? 1 - std::pow(0.9, step + 1) : 1;
    const double c2 = corrects ? 1 - std::pow(0.999, step + 1) : 1;
    for (std::size_t i = 0; i < w.size(); ++i) {
      const auto [factor, decay] = group_of(static_cast<Index>(i));
      if (factor == 0) continue;
      const double g = c.gradient[static_cast<Index>(i)] * c.scale[0];
      m[i] = 0.9 * m[i] + 0.1 * g;
      v[i] = 0.999 * v[i] + 0.001 * g * g;
      w[i] -= c.rate[0] * factor * (m[i] / c1 / (std::sqrt(v[i] / c2) + 1e-6) + decay * w[i]);
    }
  }
  const double unit = dtype == DType::f32 ? 1e-6 : 1e-13;
  CHECK(test::worst_error(c.master, w) < unit);
  CHECK(test::relative_error(c.master.view(), w) < unit);
  CHECK(test::relative_error(c.moment_1.view(), m) < unit);
  CHECK(test::relative_error(c.moment_2.view(), v) < unit);
}

TEST_CASE("AdamW leaves frozen groups, gaps and skipped steps as they are, to the bit",
          "[kernel][adamw][law]") {
  const auto dtype = GENERATE(DType::f32, DType::f64);
  Case c{.dtype = dtype};
  c.moment_1 = test::random_tensor(c.moment_1.shape(), dtype, 3);
  c.moment_2 = test::random_tensor(c.moment_1.shape(), dtype, 4, 0.001, 1);
  c.value = test::random_tensor(c.value.shape(), DType::bf16, 5);
  const Case before = c;
  const auto context = Context::create({}, {.threads = 2});
  context->run(c.kernel());
  for (Index i = 230 * 64; i < c.master.size(); ++i) {
    REQUIRE(c.master[i] == before.master[i]);
    REQUIRE(c.moment_1[i] == before.moment_1[i]);
    REQUIRE(c.moment_2[i] == before.moment_2[i]);
    REQUIRE(c.value[i] == before.value[i]);
  }
  for (Index i = 0; i < 230 * 64; ++i) REQUIRE(c.master[i] != before.master[i]);

  Case skipped = before;
  skipped.finite.set(0, 0);
  skipped.scale.set(0, 0);
  skipped.gradient.set(5, NAN);
  context->run(skipped.kernel());
  CHECK(skipped.master == before.master);
  CHECK(skipped.moment_1 == before.moment_1);
  CHECK(skipped.moment_2 == before.moment_2);
  CHECK(skipped.value == before.value);
}

TEST_CASE("AdamW's bf16 copy is the rounded master", "[kernel][adamw]") {
  Case c;
  Context::create({}, {.threads = 2})->run(c.kernel());
  for (Index i = 0; i < 230 * 64; ++i)
    REQUIRE(c.value[i] == test::rounded(c.master[i], DType::bf16));
}

TEST_CASE("AdamW gives the same bits for any number of threads", "[kernel][adamw][law]") {
  Case one, three;
  Context::create({}, {.threads = 1})->run(one.kernel());
  Context::create({}, {.threads = 3})->run(three.kernel());
  CHECK(one.master == three.master);
  CHECK(one.moment_1 == three.moment_1);
  CHECK(one.moment_2 == three.moment_2);
}

TEST_CASE("AdamW refuses what does not fit", "[kernel][adamw]") {
  const auto context = Context::create({}, {.threads = 1});
  Case c;
  const HostTensor two({2}, DType::f32);
  auto kernel = c.kernel();
  kernel.rate_factors = two;
  CHECK_THROWS_WITH(context->run(kernel),
                    Contains("adamw: rate_factors: expected f32 [3], found f32 [2]"));
  kernel = c.kernel();
  kernel.segments = c.step;
  CHECK_THROWS_AS(context->run(kernel), ShapeError);
}

TEST_CASE("the learning rate is warmup times decay, from step 0", "[kernel][adamw]") {
  const auto dtype = GENERATE(DType::f32, DType::f64);
  const auto rate = [&](double at, Index warmup, Index steps, double power) {
    return RateCase{.dtype = dtype, .power = power}.at(at, warmup, steps);
  };
  CHECK(rate(0, 10, 100, 1) == 0);
  CHECK(rate(0, 0, 100, 1) == 0.5);
  CHECK(rate(5, 10, 100, 1) == Approx(0.5 * 0.95 * 0.5));
  CHECK(rate(10, 10, 100, 1) == Approx(0.5 * 0.9));
  CHECK(rate(75, 10, 100, 1) == Approx(0.5 * 0.25));
  CHECK(rate(75, 10, 100, 2) == Approx(0.5 * 0.0625));
  CHECK(rate(75, 10, 100, 0.5) == Approx(0.5 * 0.5));
  CHECK(rate(75, 150, 100, 0) == Approx(0.5 * 0.5));
  CHECK(rate(100, 10, 100, 1) == 0);
  CHECK(rate(100, 0, 100, 0) == 0);
  CHECK(rate(2000, 10, 100, 0.5) == 0);
}

TEST_CASE("a trapezoid of rates rises to the peak and falls to 0, and no step of a run has none",
          "[kernel][adamw]") {
  const auto dtype = GENERATE(DType::f32, DType::f64);
  const RateCase trapezoid{
      .dtype = dtype, .power = 3, .schedule = LearningRate::Schedule::trapezoid};
  const auto rate = [&](double at, Index warmup, Index steps) {
    return trapezoid.at(at, warmup, steps);
  };
  CHECK(rate(0, 10, 100) == Approx(0.5 * 0.1));
  CHECK(rate(4, 10, 100) == Approx(0.5 * 0.5));
  CHECK(rate(9, 10, 100) == 0.5);
  CHECK(rate(10, 10, 100) == 0.5);
  CHECK(rate(55, 10, 100) == Approx(0.5 * 0.5));
  CHECK(rate(99, 10, 100) == Approx(0.5 / 90));
  CHECK(rate(100, 10, 100) == 0);
  CHECK(rate(2000, 10, 100) == 0);
  CHECK(rate(0, 0, 100) == 0.5);
  CHECK(rate(25, 0, 100) == Approx(0.5 * 0.75));
  CHECK(rate(0, 0, 1) == 0.5);
  CHECK(rate(1, 0, 1) == 0);
  CHECK(rate(3, 4, 4) == 0.5);              // no room to fall
  CHECK(rate(3, 8, 4) == Approx(0.5 / 2));  // nor to rise
  CHECK(rate(4, 8, 4) == 0);
}

TEST_CASE("a step advances whether or not it was finite", "[kernel][adamw]") {
  const auto context = Context::create({}, {.threads = 1});
  HostTensor finite({1}, DType::i32), step({1}, DType::i32, {41});
  HostTensor skipped({2}, DType::i32, {0, 0}), non_finite({1}, DType::i32);
  const auto advance = [&](double ok) {
    finite.set(0, ok);
    non_finite.set(0, 1 - ok);
    context->run(
        AdvanceStep{.finite = finite, .step = step, .skipped = skipped, .non_finite = non_finite});
    CHECK(non_finite[0] == 0);
    return skipped.values();
  };
  CHECK(advance(1) == std::vector<double>{0, 0});
  CHECK(advance(0) == std::vector<double>{1, 1});
  CHECK(advance(0) == std::vector<double>{2, 2});
  CHECK(advance(1) == std::vector<double>{2, 0});
  CHECK(advance(0) == std::vector<double>{3, 1});
  CHECK(step[0] == 46);
}

}  // namespace electra
