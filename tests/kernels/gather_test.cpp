#include "electra/kernels/gather.h"

#include <catch2/catch.hpp>

#include "support/kernel_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

const std::vector<double> places{1, 4, 4, 4, 9, 30, 39, 39};

}  // namespace

TEST_CASE("gathered rows are copies, those beyond the count 0", "[kernel][gather]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const int count = GENERATE(0, 5, 8);
  const Index width = GENERATE(1, 7, 64);
  HostTensor x = test::random_tensor({40, width}, dtype, 1);
  HostTensor indices({8}, DType::i32, places);
  if (count < 8) indices.set(7, -5);
  HostTensor used({1}, DType::i32, {static_cast<double>(count)});
  HostTensor y({8, width}, dtype);
  Context::create({}, {.threads = 2})
      ->run(GatherRows{.x = x, .indices = indices, .count = used, .y = y});
  for (Index i = 0; i < y.size(); ++i) {
    const auto row = static_cast<Index>(indices[i / width]);
    REQUIRE(y[i] == (i / width < count ? x[row * width + i % width] : 0));
  }
}

TEST_CASE("scattered rows add where indices repeat", "[kernel][gather]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const auto write = GENERATE(Write::overwrite, Write::add);
  const int count = GENERATE(0, 3, 8);
  const Index width = GENERATE(1, 7, 64);
  HostTensor x = test::random_tensor({8, width}, dtype, 1);
  HostTensor indices({8}, DType::i32, places);
  HostTensor used({1}, DType::i32, {static_cast<double>(count)});
  HostTensor y = test::random_tensor({40, width}, dtype, 2);
  std::vector<double> sums;
  for (Index i = 0; i < y.size(); ++i) sums.push_back(write == Write::add ? y[i] : 0);
  for (Index row = 0; row < count; ++row)
    for (Index i = 0; i < width; ++i)
      sums[static_cast<std::size_t>(static_cast<Index>(indices[row]) * width + i)] +=
          x[row * width + i];
  if (write == Write::overwrite) y.poison();
  HostTensor again = y;
  Context::create({}, {.threads = 1})
      ->run(ScatterRows{.x = x, .indices = indices, .count = used, .y = {y, write}});
  CHECK(test::worst_error(y, sums, 0.5) < test::unit(dtype));
  Context::create({}, {.threads = 3})
      ->run(ScatterRows{.x = x, .indices = indices, .count = used, .y = {again, write}});
  CHECK(again == y);
}

TEST_CASE("scatter is the transpose of gather", "[kernel][gather]") {
  const auto context = Context::create({}, {.threads = 2});
  HostTensor x = test::random_tensor({40, 5}, DType::f64, 1);
  HostTensor dy = test::random_tensor({8, 5}, DType::f64, 2);
  HostTensor indices({8}, DType::i32, places);
  HostTensor used({1}, DType::i32, {6});
  HostTensor y({8, 5}, DType::f64);
  HostTensor dx({40, 5}, DType::f64);
  context->run(GatherRows{.x = x, .indices = indices, .count = used, .y = y});
  context->run(ScatterRows{.x = dy, .indices = indices, .count = used, .y = {dx}});
  CHECK(test::weighted_sum(y, dy) == Approx(test::weighted_sum(x, dx)).epsilon(1e-13));
}

TEST_CASE("gather and scatter refuse what does not fit", "[kernel][gather]") {
  const auto context = Context::create({}, {.threads = 1});
  HostTensor x = test::random_tensor({40, 5}, DType::f32, 1);
  HostTensor y({8, 5}, DType::f32);
  HostTensor indices({8}, DType::i32, places);
  HostTensor used({1}, DType::i32, {8});
  const GatherRows gather{.x = x, .indices = indices, .count = used, .y = y};
  const ScatterRows scatter{.x = y, .indices = indices, .count = used, .y = {x}};
  auto wrong = gather;
  wrong.y = x;
  CHECK_THROWS_WITH(context->run(wrong), Contains("gather_rows: y: expected f32 [8, 5], found"));
  indices.set(2, 40);
  CHECK_THROWS_WITH(context->run(gather), Contains("indices, row 2: expected 0 to 39, found 40"));
  indices.set(2, 0);
  CHECK_THROWS_WITH(context->run(scatter), Contains("expected ascending order"));
  used.set(0, 9);
  CHECK_THROWS_WITH(context->run(gather), Contains("count: expected 0 to 8, found 9"));
}

}  // namespace electra
