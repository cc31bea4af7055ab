#include "electra/kernels/gradient_norm.h"

#include <catch2/catch.hpp>

#include "support/kernel_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

struct Case {
  HostTensor gradient;
  float clip_norm = 1;
  HostTensor non_finite{{1}, DType::i32, {0}};
  HostTensor norm{{1}, gradient.dtype()};
  HostTensor scale{{1}, gradient.dtype()};
  HostTensor finite{{1}, DType::i32};

  GradientNorm kernel() {
    return {.gradient = gradient,
            .non_finite = non_finite,
            .norm = norm,
            .scale = scale,
            .finite = finite,
            .clip_norm = clip_norm};
  }
  void run(int threads = 2) { Context::create({}, {.threads = threads})->run(kernel()); }
};

}  // namespace

TEST_CASE("the gradient's norm and what clips it", "[kernel][gradient_norm]") {
  const auto dtype = GENERATE(DType::f32, DType::f64);
  const Index size = GENERATE(1, 5, 509, 4096, 4097, 100003);
  Case c{test::random_tensor({size}, dtype, 1, 1, 0.5)};
  double sum = 0;
  for (const double g : c.gradient.values()) sum += g * g;
  const double unit = dtype == DType::f32 ? 1e-7 : 1e-13;
  for (const double share : {0.5, 2.0, 0.0}) {
    c.clip_norm = static_cast<float>(share * std::sqrt(sum));
    const double clip = double{c.clip_norm};
    const double scale = clip > 0 ? std::min(1.0, clip / std::sqrt(sum)) : 1;
    c.run();
    CHECK(c.norm[0] == Approx(std::sqrt(sum)).epsilon(unit));
    CHECK(c.scale[0] == Approx(scale).epsilon(2 * unit));
    CHECK(c.finite[0] == 1);
  }
}

TEST_CASE("the gradient's norm has the same bits for any number of threads",
          "[kernel][gradient_norm][law]") {
  Case one{test::random_tensor({200001}, DType::f32, 1)};
  one.run(1);
  for (const int threads : {2, 3, 7}) {
    Case other = one;
    other.run(threads);
    CHECK(other.norm == one.norm);
    CHECK(other.scale == one.scale);
  }
}

TEST_CASE("a gradient that is not finite, or a raised flag, stops the step",
          "[kernel][gradient_norm]") {
  const auto dtype = GENERATE(DType::f32, DType::f64);
  const float clip_norm = GENERATE(0.0F, 1.0F);
  const double bad = GENERATE(static_cast<double>(NAN), HUGE_VAL, -HUGE_VAL);
  const Index at = GENERATE(Index{0}, Index{4999}, Index{5002});
  Case c{test::random_tensor({5003}, dtype, 1), clip_norm};
  c.gradient.set(at, bad);
  c.run();
  CHECK(c.finite[0] == 0);
  CHECK(c.scale[0] == 0);
  c.gradient.set(at, 1);
  c.run();
  CHECK(c.finite[0] == 1);
  c.non_finite.set(0, 1);
  c.run();
  CHECK(c.finite[0] == 0);
  CHECK(c.scale[0] == 0);
  CHECK(std::isfinite(c.norm[0]));
}

TEST_CASE("a norm is finite while it can be stored", "[kernel][gradient_norm]") {
  Case large{HostTensor({2}, DType::f32, {1e30, 1e30})};
  large.run();
  CHECK(large.norm[0] == Approx(std::sqrt(2.0) * 1e30));
  CHECK(large.scale[0] == Approx(1e-30 / std::sqrt(2.0)));
  CHECK(large.finite[0] == 1);
  Case overflow{HostTensor({2}, DType::f32, {3e38, 3e38})};
  overflow.run();
  CHECK(overflow.finite[0] == 0);
  CHECK(overflow.scale[0] == 0);
  Case zero{HostTensor({64}, DType::f32, std::vector<double>(64, 0.0))};
  zero.run();
  CHECK(zero.norm[0] == 0);
  CHECK(zero.scale[0] == 1);
  CHECK(zero.finite[0] == 1);
}

TEST_CASE("gradient norm refuses what does not fit", "[kernel][gradient_norm]") {
  Case c{test::random_tensor({8}, DType::bf16, 1)};
  CHECK_THROWS_WITH(c.run(), Contains("gradient_norm: gradient: expected f32 [8], found bf16 [8]"));
}

}  // namespace electra
