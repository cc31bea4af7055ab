#include "electra/kernels/column_sum.h"

#include <catch2/catch.hpp>

#include "support/kernel_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

}  // namespace

TEST_CASE("a column sum is the same for any number of threads", "[kernel][column_sum]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const auto write = GENERATE(Write::overwrite, Write::add);
  const auto [rows, width] =
      GENERATE(table<Index, Index>({{1, 1}, {64, 7}, {65, 64}, {1000, 33}, {0, 5}}));
  CAPTURE(rows, width);
  HostTensor x = test::random_tensor({rows, width}, dtype, 1);
  HostTensor y = test::random_tensor({width}, wide(dtype), 2);
  std::vector<double> sums;
  for (Index i = 0; i < width; ++i) {
    sums.push_back(write == Write::add ? y[i] : 0);
    for (Index row = 0; row < rows; ++row) sums.back() += x[row * width + i];
  }
  if (write == Write::overwrite) y.poison();
  HostTensor again = y;
  Context::create({}, {.threads = 1})->run(ColumnSum{.x = x, .y = {y, write}});
  const double terms = std::sqrt(static_cast<double>(rows) + 1);
  CHECK(test::worst_error(y, sums) < terms * test::unit(wide(dtype)));
  Context::create({}, {.threads = 3})->run(ColumnSum{.x = x, .y = {again, write}});
  CHECK(again == y);
}

TEST_CASE("column sums refuse what does not fit", "[kernel][column_sum]") {
  const auto context = Context::create({}, {.threads = 1});
  const HostTensor x = test::random_tensor({4, 5}, DType::bf16, 1);
  HostTensor half({5}, DType::bf16);
  CHECK_THROWS_WITH(context->run(ColumnSum{.x = x, .y = {half}}),
                    Contains("column_sum: y: expected f32 [5], found bf16 [5]"));
}

}  // namespace electra
