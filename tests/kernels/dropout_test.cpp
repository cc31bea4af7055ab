#include "electra/kernels/dropout.h"

#include <catch2/catch.hpp>

#include "support/kernel_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

struct DropoutCase {
  Index batch;
  Index length;
  Index width;
  DType dtype;
  float rate;
  HostTensor x = test::random_tensor({batch * length, width}, dtype, 1);
  HostTensor y{{batch * length, width}, dtype};
  HostTensor lengths{{batch}, DType::i32};
  HostTensor step{{1}, DType::i32, {17}};

  RandomKey key() {
    return {0x123456789abcdefULL, step, 3, site(Network::discriminator, 0, Place::head_dropout)};
  }
  Dropout kernel() {
    return {.x = x, .y = y, .rows = {batch, length, lengths}, .rate = rate, .random = key()};
  }
  double factor(Index i) {
    if (rate == 0) return 1;
    return test::dropout_factor(key(), rate, i / width, i % width, length, width);
  }
};

}  // namespace

TEST_CASE("dropout multiplies by what is drawn for text, place and column", "[kernel][dropout]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const auto rate = GENERATE(0.0F, 0.1F, 0.5F);
  const auto [batch, length, width] = GENERATE(table<Index, Index, Index>(
      {{1, 1, 1}, {2, 3, 7}, {5, 1, 13}, {3, 17, 64}, {1, 512, 33}, {70, 1, 256}, {0, 4, 8}}));
  CAPTURE(to_string(dtype), rate, batch, length, width);
  DropoutCase c{batch, length, width, dtype, rate};
  Context::create({}, {.threads = 2})->run(c.kernel());
  for (Index i = 0; i < c.x.size(); ++i)
    REQUIRE(c.y[i] == test::rounded(c.x[i] * c.factor(i), dtype));
}

TEST_CASE("dropout of the gradient is the slope of dropout", "[kernel][dropout]") {
  DropoutCase c{2, 3, 5, DType::f64, 0.3F};
  const auto context = Context::create({}, {.threads = 1});
  const HostTensor dy = test::random_tensor(c.x.shape(), DType::f64, 2), dx(dy.shape(), DType::f64);
  const auto loss = [&] {
    context->run(c.kernel());
    return test::weighted_sum(c.y, dy);
  };
  Dropout backward = c.kernel();
  backward.x = dy.view();
  backward.y = dx;
  context->run(backward);
  CHECK(test::gradient_error(dx, c.x, loss) < 1e-9);
}

TEST_CASE("what is dropped does not depend on padding, micro-batches or threads",
          "[kernel][dropout][law]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16);
  constexpr Index width = 21, tokens = 5;
  const auto run = [&](Index batch, Index length, std::uint32_t first, int threads) {
    DropoutCase c{batch, length, width, dtype, 0.2F};
    c.x.fill(1);
    Dropout kernel = c.kernel();
    kernel.random.first_example += first;
    Context::create({}, {.threads = threads})->run(kernel);
    return c.y;
  };
  const HostTensor whole = run(40, tokens, 0, 1);
  CHECK(run(40, tokens, 0, 3) == whole);
  const HostTensor padded = run(40, 9, 0, 2);
  const HostTensor late = run(15, tokens, 25, 2);
  for (Index text = 0; text < 40; ++text)
    for (Index i = 0; i < tokens * width; ++i) {
      const double drawn = whole[text * tokens * width + i];
      REQUIRE(padded[text * 9 * width + i] == drawn);
      if (text >= 25) REQUIRE(late[(text - 25) * tokens * width + i] == drawn);
    }
}

TEST_CASE("dropout works in place, and loses no NaN that it keeps", "[kernel][dropout]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const auto context = Context::create({}, {.threads = 2});
  DropoutCase c{6, 4, 19, dtype, 0.4F};
  context->run(c.kernel());
  Dropout in_place = c.kernel();
  in_place.y = c.x;
  context->run(in_place);
  CHECK(c.x == c.y);

  c.x.poison();
  context->run(c.kernel());
  for (Index i = 0; i < c.y.size(); ++i) {
    if (c.factor(i) == 0)
      REQUIRE(c.y[i] == 0);
    else
      REQUIRE(std::isnan(c.y[i]));
  }
}

TEST_CASE("dropout refuses what does not fit", "[kernel][dropout]") {
  const auto context = Context::create({}, {.threads = 1});
  DropoutCase c{2, 3, 4, DType::f32, 0.1F};
  Dropout kernel = c.kernel();
  kernel.rate = 1;
  CHECK_THROWS_WITH(context->run(kernel), Contains("dropout: expected a rate in [0, 1), found 1"));
  kernel = c.kernel();
  kernel.rows.length = 4;
  CHECK_THROWS_WITH(context->run(kernel),
                    Contains("dropout: expected as many rows as the texts have, 8, found 6"));
  kernel = c.kernel();
  kernel.random.step = {};
  CHECK_THROWS_WITH(context->run(kernel), Contains("dropout: random.step: expected i32 [1]"));
  const HostTensor other({6, 4}, DType::bf16);
  kernel = c.kernel();
  kernel.y = other;
  CHECK_THROWS_WITH(context->run(kernel),
                    Contains("dropout: y: expected f32 [6, 4], found bf16 [6, 4]"));
}

}  // namespace electra
