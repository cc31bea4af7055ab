#include "electra/kernels/tanh.h"

#include <catch2/catch.hpp>

#include "support/kernel_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

struct TanhCase {
  Index rows;
  Index width;
  DType dtype;
  HostTensor x = test::random_tensor({rows, width}, dtype, 1, 2);
  HostTensor bias = test::random_tensor({width}, wide(dtype), 2);
  HostTensor y{{rows, width}, dtype};

  BiasTanh kernel() { return {.x = x, .bias = bias, .y = y}; }
};

}  // namespace

TEST_CASE("bias and tanh agree with the definition", "[kernel][tanh]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const auto [rows, width] =
      GENERATE(table<Index, Index>({{1, 1}, {3, 7}, {65, 24}, {130, 33}, {7, 1024}, {0, 8}}));
  CAPTURE(to_string(dtype), rows, width);
  TanhCase c{rows, width, dtype};
  Context::create({}, {.threads = 2})->run(c.kernel());
  std::vector<double> y;
  for (Index i = 0; i < c.x.size(); ++i) y.push_back(std::tanh(c.x[i] + c.bias[i % width]));
  CHECK(test::worst_error(c.y, y, 0.01) < 2 * test::unit(dtype));
}

TEST_CASE("tanh ends at 1 and -1, and keeps 0 and NaN", "[kernel][tanh]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  TanhCase c{1, 8, dtype};
  c.x = HostTensor({1, 8}, dtype, {0.0, HUGE_VAL, -HUGE_VAL, NAN, 1e30, -1e30, 20, -20});
  c.bias.fill(0);
  Context::create({}, {.threads = 1})->run(c.kernel());
  CHECK(c.y[0] == 0);
  CHECK(std::isnan(c.y[3]));
  for (const Index i : {1, 4, 6}) CHECK(c.y[i] == 1);
  for (const Index i : {2, 5, 7}) CHECK(c.y[i] == -1);
}

TEST_CASE("tanh works in place, with any number of threads", "[kernel][tanh]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  TanhCase apart{200, 21, dtype};
  TanhCase in_place = apart;
  Context::create({}, {.threads = 1})->run(apart.kernel());
  BiasTanh kernel = in_place.kernel();
  kernel.y = in_place.x;
  Context::create({}, {.threads = 3})->run(kernel);
  CHECK(in_place.x == apart.y);
}

TEST_CASE("tanh refuses what does not fit", "[kernel][tanh]") {
  const auto context = Context::create({}, {.threads = 1});
  TanhCase c{4, 6, DType::bf16};
  BiasTanh kernel = c.kernel();
  kernel.bias = {};
  CHECK_THROWS_WITH(context->run(kernel), Contains("bias_tanh") && Contains("bias"));
  HostTensor wrong({4, 6}, DType::f32);
  kernel = c.kernel();
  kernel.y = wrong;
  CHECK_THROWS_WITH(context->run(kernel), Contains("y: expected bf16 [4, 6], found f32 [4, 6]"));
}

}  // namespace electra
