#include "electra/kernels/gelu.h"

#include <catch2/catch.hpp>
#include <numbers>

#include "kernels/math/gelu.h"
#include "support/kernel_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

double tanh_argument(double x) {
  return std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x);
}

double gelu(Gelu form, double x) {
  if (form == Gelu::erf) return x * (1 + std::erf(x / std::numbers::sqrt2)) / 2;
  return x * (1 + std::tanh(tanh_argument(x))) / 2;
}

double gelu_slope(Gelu form, double x) {
  if (form == Gelu::erf)
    return (1 + std::erf(x / std::numbers::sqrt2)) / 2 +
           x * std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
  const double t = std::tanh(tanh_argument(x));
  return (1 + t) / 2 +
         x * (1 - t * t) / 2 * std::sqrt(2 / std::numbers::pi) * (1 + 3 * 0.044715 * x * x);
}

struct Case {
  Index rows;
  Index width;
  DType dtype;
  Gelu form;
  HostTensor x = test::random_tensor({rows, width}, dtype, 1, 2);
  HostTensor bias = test::random_tensor({width}, wide(dtype), 2);
  HostTensor y{{rows, width}, dtype};
  HostTensor dy = test::random_tensor({rows, width}, dtype, 3);
  HostTensor dx{{rows, width}, dtype};
  HostTensor dbias = test::random_tensor({width}, wide(dtype), 4);

  BiasGeluForward forward() { return {.x = x, .bias = bias, .y = y, .form = form}; }
  BiasGeluBackward backward() {
    return {.dy = dy, .x = x, .bias = bias, .dx = dx, .dbias = dbias, .form = form};
  }
};

}  // namespace

TEST_CASE("bias and GELU agree with the definition", "[kernel][gelu]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const auto form = GENERATE(Gelu::erf, Gelu::tanh);
  const auto [rows, width] =
      GENERATE(table<Index, Index>({{1, 1}, {3, 7}, {65, 24}, {130, 33}, {66, 256}, {7, 1024}}));
  CAPTURE(to_string(dtype), rows, width);
  const auto context = Context::create({}, {.threads = 2});
  Case c{rows, width, dtype, form};
  std::vector<double> y, dx, dbias;
  for (Index i = 0; i < width; ++i) dbias.push_back(c.dbias[i]);
  context->run(c.forward());
  context->run(c.backward());
  for (Index i = 0; i < c.x.size(); ++i) {
    const double sum = c.x[i] + c.bias[i % width];
    y.push_back(gelu(form, sum));
    dx.push_back(c.dy[i] * gelu_slope(form, sum));
    dbias[static_cast<std::size_t>(i % width)] += dx.back();
  }
  const double unit = test::unit(dtype);
  CHECK(test::worst_error(c.y, y) < unit);
  CHECK(test::worst_error(c.dx, dx) < unit);
  const double terms = std::sqrt(static_cast<double>(rows));
  CHECK(test::worst_error(c.dbias, dbias) < 2 * terms * test::unit(wide(dtype)));
}

TEST_CASE("GELU in f32 is as good as float allows on [-10, 10]", "[kernel][gelu]") {
  double value = 0, slope = 0, tanh_value = 0, tanh_slope = 0;
  for (int i = -100000; i <= 100000; ++i) {
    const float x = static_cast<float>(i) * 1e-4F;
    const double scale = 1 + std::abs(double{x});
    const auto worse = [&](double& worst, double found, double target) {
      worst = std::max(worst, std::abs(found - target) / scale);
    };
    worse(value, math::gelu_erf(x), gelu(Gelu::erf, x));
    worse(slope, math::gelu_erf_slope(x), gelu_slope(Gelu::erf, x));
    worse(tanh_value, math::gelu_tanh(x), gelu(Gelu::tanh, x));
    worse(tanh_slope, math::gelu_tanh_slope(x), gelu_slope(Gelu::tanh, x));
  }
  CHECK(value < 8e-8);
  CHECK(slope < 1e-7);
  CHECK(tanh_value < 8e-8);
  CHECK(tanh_slope < 1.2e-7);
}

TEST_CASE("GELU at the extremes", "[kernel][gelu]") {
  const auto form = GENERATE(Gelu::erf, Gelu::tanh);
  const auto context = Context::create({}, {.threads = 1});
  Case c{1, 8, DType::f32, form};
  const std::vector<double> values{0.0, -0.0, HUGE_VAL, -HUGE_VAL, NAN, 1e30, -1e30, -20};
  c.x = HostTensor({1, 8}, DType::f32, values);
  c.bias.fill(0);
  context->run(c.forward());
  CHECK(c.y[0] == 0);
  CHECK(c.y[1] == 0);
  CHECK(c.y[2] == HUGE_VAL);
  CHECK(std::isnan(c.y[4]));
  CHECK(c.y[5] == double{1e30F});
  for (const Index i : {3, 6, 7}) CHECK(std::abs(c.y[i]) < 1e-20);
  for (Index i = 0; i < 8; ++i) c.dy.set(i, 1);
  context->run(c.backward());
  for (const Index i : {0, 1}) CHECK(c.dx[i] == Approx(0.5).epsilon(1e-7));
  for (const Index i : {2, 5}) CHECK(c.dx[i] == 1);
  CHECK(std::isnan(c.dx[4]));
  for (const Index i : {3, 6, 7}) CHECK(std::abs(c.dx[i]) < 1e-14);
}

TEST_CASE("GELU's backward is the slope of its forward", "[kernel][gelu]") {
  const auto form = GENERATE(Gelu::erf, Gelu::tanh);
  const auto context = Context::create({}, {.threads = 1});
  Case c{3, 5, DType::f64, form};
  const auto loss = [&] {
    context->run(c.forward());
    return test::weighted_sum(c.y, c.dy);
  };
  static_cast<void>(loss());
  for (Index i = 0; i < c.width; ++i) c.dbias.set(i, 0);
  context->run(c.backward());
  CHECK(test::gradient_error(c.dx, c.x, loss) < 1e-8);
  CHECK(test::gradient_error(c.dbias, c.bias, loss) < 1e-8);
}

TEST_CASE("GELU works in place, with any number of threads", "[kernel][gelu]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16);
  const auto one = Context::create({}, {.threads = 1});
  const auto three = Context::create({}, {.threads = 3});
  Case a{200, 21, dtype, Gelu::erf};
  Case b = a;
  one->run(a.forward());
  Case c = a;
  auto in_place = c.forward();
  in_place.y = c.x;
  three->run(in_place);
  CHECK(c.x == a.y);
  one->run(a.backward());
  auto backward = b.backward();
  backward.dx = b.dy;
  three->run(backward);
  CHECK(b.dy == a.dx);
  CHECK(b.dbias == a.dbias);
}

TEST_CASE("GELU refuses what does not fit", "[kernel][gelu]") {
  const auto context = Context::create({}, {.threads = 1});
  Case c{4, 6, DType::f32, Gelu::erf};
  auto forward = c.forward();
  forward.bias = {};
  CHECK_THROWS_WITH(context->run(forward), Contains("bias_gelu_forward") && Contains("bias"));
  HostTensor wrong({4, 6}, DType::bf16);
  forward = c.forward();
  forward.y = wrong;
  CHECK_THROWS_WITH(context->run(forward), Contains("y: expected f32 [4, 6], found bf16 [4, 6]"));
}

}  // namespace electra
