#include "electra/kernels/unit_rows.h"

#include <catch2/catch.hpp>

#include "support/kernel_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

struct UnitCase {
  Index rows;
  Index width;
  DType dtype;
  HostTensor x = test::random_tensor({rows, width}, dtype, 1);
  HostTensor y{{rows, width}, dtype};
  HostTensor norms{{rows}, wide(dtype)};
  HostTensor dy = test::random_tensor({rows, width}, dtype, 2);
  HostTensor dx{{rows, width}, dtype};

  UnitRowsForward forward() { return {.x = x, .y = y, .norms = norms}; }
  UnitRowsBackward backward() { return {.dy = dy, .y = y, .norms = norms, .dx = dx}; }
};

}  // namespace

TEST_CASE("unit rows and their gradient agree with their definition", "[kernel][unit_rows]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const auto [rows, width] = GENERATE(
      table<Index, Index>({{1, 1}, {1, 5}, {3, 64}, {130, 33}, {40, 384}, {7, 768}, {0, 8}}));
  CAPTURE(to_string(dtype), rows, width);
  UnitCase c{rows, width, dtype};
  const auto context = Context::create({}, {.threads = 2});
  context->run(c.forward());
  context->run(c.backward());
  std::vector<double> y, norms, dx;
  for (Index row = 0; row < rows; ++row) {
    double squares = 0, along = 0;
    for (Index i = row * width; i < (row + 1) * width; ++i) squares += c.x[i] * c.x[i];
    for (Index i = row * width; i < (row + 1) * width; ++i) along += c.dy[i] * c.y[i];
    norms.push_back(std::sqrt(squares));
    for (Index i = row * width; i < (row + 1) * width; ++i) {
      y.push_back(c.x[i] / norms.back());
      dx.push_back((c.dy[i] - c.y[i] * along) / norms.back());
    }
  }
  const double statistics = test::unit(wide(dtype));
  CHECK(test::worst_error(c.norms, norms) < 4 * statistics);
  CHECK(test::worst_error(c.y, y, 0.01) < test::unit(dtype));
  // The scalar product along y is off by a few units of |dy|, which is near sqrt(width).
  const double size = std::sqrt(static_cast<double>(width));
  CHECK(test::worst_error(c.dx, dx, 10) < test::unit(dtype) + 4 * size * statistics);
}

TEST_CASE("the backward of unit rows is the slope of the forward", "[kernel][unit_rows]") {
  UnitCase c{3, 5, DType::f64};
  const auto context = Context::create({}, {.threads = 1});
  const auto loss = [&] {
    context->run(c.forward());
    return test::weighted_sum(c.y, c.dy);
  };
  static_cast<void>(loss());
  context->run(c.backward());
  CHECK(test::gradient_error(c.dx, c.x, loss, 1e-4) < 1e-9);
}

TEST_CASE("rows of hardly any length are divided by the least", "[kernel][unit_rows]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const double small = GENERATE(0.0, 1e-30, 1e-14);
  UnitCase c{1, 3, dtype};
  c.x = HostTensor({1, 3}, dtype, {small, 0, -small});
  const auto context = Context::create({}, {.threads = 1});
  context->run(c.forward());
  context->run(c.backward());
  CHECK(c.norms[0] == Approx(1e-12).epsilon(1e-6));
  for (Index i = 0; i < 3; ++i) {
    CHECK(c.y[i] == Approx(c.x[i] * 1e12).epsilon(test::unit(dtype)));
    CHECK(c.dx[i] == Approx(c.dy[i] * 1e12).epsilon(test::unit(dtype)));
  }
}

TEST_CASE("a row with NaN has a norm, values and a gradient of NaN", "[kernel][unit_rows]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  UnitCase c{3, 21, dtype};
  c.x.set(21 + 20, NAN);
  c.dy.set(42, NAN);
  const auto context = Context::create({}, {.threads = 1});
  context->run(c.forward());
  context->run(c.backward());
  for (Index i = 0; i < 63; ++i) {
    REQUIRE(std::isnan(c.y[i]) == (i / 21 == 1));
    REQUIRE(std::isnan(c.dx[i]) == (i / 21 >= 1));
  }
  for (Index row = 0; row < 3; ++row) CHECK(std::isnan(c.norms[row]) == (row == 1));
}

TEST_CASE("unit rows work in place and give the same bits for any number of threads",
          "[kernel][unit_rows]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  UnitCase apart{100, 35, dtype};
  UnitCase in_place = apart;
  const auto one = Context::create({}, {.threads = 1});
  const auto three = Context::create({}, {.threads = 3});
  one->run(apart.forward());
  one->run(apart.backward());
  UnitRowsForward forward = in_place.forward();
  forward.y = in_place.x;
  three->run(forward);
  UnitRowsBackward backward = in_place.backward();
  backward.y = in_place.x.view();
  backward.dx = in_place.dy;
  three->run(backward);
  CHECK(in_place.x == apart.y);
  CHECK(in_place.norms == apart.norms);
  CHECK(in_place.dy == apart.dx);
}

TEST_CASE("unit rows refuse what does not fit", "[kernel][unit_rows]") {
  const auto context = Context::create({}, {.threads = 1});
  UnitCase c{4, 6, DType::bf16};
  UnitRowsForward forward = c.forward();
  forward.norms = c.y;
  CHECK_THROWS_WITH(context->run(forward),
                    Contains("unit_rows_forward: norms: expected f32 [4], found bf16 [4, 6]"));
  UnitRowsBackward backward = c.backward();
  backward.y = c.norms.view();
  CHECK_THROWS_WITH(context->run(backward),
                    Contains("unit_rows_backward: y: expected bf16 [4, 6], found f32 [4]"));
}

}  // namespace electra
