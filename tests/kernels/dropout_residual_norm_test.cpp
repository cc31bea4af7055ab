#include "electra/kernels/dropout_residual_norm.h"

#include <catch2/catch.hpp>

#include "kernels/cpu/dropout.h"
#include "support/kernel_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

struct Case {
  Index rows;
  Index length;
  Index width;
  DType dtype;
  float dropout;
  HostTensor lengths{{rows / length}, DType::i32};
  HostTensor step{{1}, DType::i32, {17}};
  std::uint32_t first_example = 3;
  HostTensor x = test::random_tensor({rows, width}, dtype, 1, 1);
  HostTensor bias = test::random_tensor({width}, wide(dtype), 2);
  HostTensor residual = test::random_tensor({rows, width}, dtype, 3);
  HostTensor gain = test::random_tensor({width}, wide(dtype), 4, 0.3, 1);
  HostTensor beta = test::random_tensor({width}, wide(dtype), 5);
  HostTensor sum{{rows, width}, dtype};
  HostTensor y{{rows, width}, dtype};
  HostTensor mean{{rows}, wide(dtype)};
  HostTensor rstd{{rows}, wide(dtype)};
  HostTensor dy = test::random_tensor({rows, width}, dtype, 6);
  HostTensor dresidual{{rows, width}, dtype};
  HostTensor dx{{rows, width}, dtype};
  HostTensor dgain = HostTensor({width}, wide(dtype), zeros());
  HostTensor dbeta = HostTensor({width}, wide(dtype), zeros());
  HostTensor dbias = HostTensor({width}, wide(dtype), zeros());
  float epsilon = 1e-3F;

  [[nodiscard]] std::vector<double> zeros() const {
    return std::vector<double>(static_cast<std::size_t>(width));
  }
  TextRows texts() { return {rows / length, length, lengths}; }
  RandomKey key() {
    return {0x123456789abcdefULL, step, first_example,
            site(Network::discriminator, 4, Place::feed_forward_dropout)};
  }
  DropoutResidualNormForward forward() {
    return {.x = x,
            .bias = bias,
            .residual = residual,
            .gain = gain,
            .beta = beta,
            .sum = sum,
            .y = y,
            .mean = mean,
            .rstd = rstd,
            .rows = texts(),
            .epsilon = epsilon,
            .dropout = dropout,
            .random = key()};
  }
  DropoutResidualNormBackward backward() {
    return {.dy = dy,
            .sum = sum,
            .gain = gain,
            .mean = mean,
            .rstd = rstd,
            .dresidual = dresidual,
            .dx = dx,
            .dgain = dgain,
            .dbeta = dbeta,
            .dbias = dbias,
            .rows = texts(),
            .dropout = dropout,
            .random = key()};
  }
  double factor(Index i) {
    if (dropout == 0) return 1;
    return test::dropout_factor(key(), dropout, i / width, i % width, length, width);
  }
};

/// Layer norm of `sum`, which is taken as stored, and its backward, in float64.
struct Expected {
  std::vector<double> y, dresidual, dx, dgain, dbeta, dbias;

  explicit Expected(Case& c) : dgain(c.zeros()), dbeta(c.zeros()), dbias(c.zeros()) {
    const auto w = static_cast<double>(c.width);
    for (Index row = 0; row < c.rows; ++row) {
      const Index at = row * c.width;
      double mean = 0, variance = 0, g_mean = 0, gn_mean = 0;
      for (Index i = 0; i < c.width; ++i) mean += c.sum[at + i] / w;
      for (Index i = 0; i < c.width; ++i) variance += std::pow(c.sum[at + i] - mean, 2) / w;
      const double rstd = 1 / std::sqrt(variance + double{c.epsilon});
      const auto n = [&](Index i) { return (c.sum[at + i] - mean) * rstd; };
      for (Index i = 0; i < c.width; ++i) {
        g_mean += c.dy[at + i] * c.gain[i] / w;
        gn_mean += c.dy[at + i] * c.gain[i] * n(i) / w;
      }
      for (Index i = 0; i < c.width; ++i) {
        const auto column = static_cast<std::size_t>(i);
        y.push_back(n(i) * c.gain[i] + c.beta[i]);
        dresidual.push_back(rstd * (c.dy[at + i] * c.gain[i] - g_mean - n(i) * gn_mean));
        dx.push_back(dresidual.back() * c.factor(at + i));
        dgain[column] += c.dy[at + i] * n(i);
        dbeta[column] += c.dy[at + i];
        dbias[column] += dx.back();
      }
    }
  }
};

}  // namespace

TEST_CASE("dropout, residual and norm agree with their definition",
          "[kernel][dropout_residual_norm]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const auto dropout = GENERATE(0.0F, 0.1F, 0.5F);
  const auto [rows, length, width] = GENERATE(table<Index, Index, Index>(
      {{1, 1, 1}, {6, 3, 7}, {10, 5, 13}, {70, 35, 64}, {130, 65, 33}, {68, 17, 256}}));
  CAPTURE(to_string(dtype), dropout, rows, width);
  const auto context = Context::create({}, {.threads = 2});
  Case c{rows, length, width, dtype, dropout};
  context->run(c.forward());
  context->run(c.backward());
  std::vector<double> sum;
  for (Index i = 0; i < c.x.size(); ++i)
    sum.push_back(c.residual[i] + (c.x[i] + c.bias[i % width]) * c.factor(i));
  Expected e(c);
  const double unit = test::unit(dtype);
  const double statistics = test::unit(wide(dtype));
  const double steepness = width < 8 ? 1 / std::sqrt(double{c.epsilon}) : 1;
  const double terms = std::sqrt(static_cast<double>(rows));
  CHECK(test::worst_error(c.sum, sum, 0.01) < (dtype == DType::bf16 ? unit : 100 * unit));
  CHECK(test::worst_error(c.y, e.y) < 4 * unit);
  CHECK(test::worst_error(c.dresidual, e.dresidual, steepness) < 8 * unit);
  CHECK(test::worst_error(c.dx, e.dx, steepness) < 8 * unit);
  CHECK(test::worst_error(c.dgain, e.dgain) < 4 * terms * statistics);
  CHECK(test::worst_error(c.dbeta, e.dbeta) < 4 * terms * statistics);
  CHECK(test::worst_error(c.dbias, e.dbias, steepness) < 8 * terms * statistics);
}

TEST_CASE("the backward of dropout, residual and norm is the slope of the forward",
          "[kernel][dropout_residual_norm]") {
  const auto context = Context::create({}, {.threads = 1});
  Case c{4, 2, 5, DType::f64, 0.3F};
  const auto loss = [&] {
    context->run(c.forward());
    return test::weighted_sum(c.y, c.dy);
  };
  static_cast<void>(loss());
  context->run(c.backward());
  CHECK(test::gradient_error(c.dx, c.x, loss) < 1e-8);
  CHECK(test::gradient_error(c.dresidual, c.residual, loss) < 1e-8);
  CHECK(test::gradient_error(c.dbias, c.bias, loss) < 1e-8);
  CHECK(test::gradient_error(c.dgain, c.gain, loss) < 1e-8);
  CHECK(test::gradient_error(c.dbeta, c.beta, loss) < 1e-8);
}

TEST_CASE("dropped elements do not depend on micro-batches or threads",
          "[kernel][dropout_residual_norm]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16);
  const auto one = Context::create({}, {.threads = 1});
  const auto three = Context::create({}, {.threads = 3});
  constexpr Index rows = 70, width = 21;
  Case whole{rows, 7, width, dtype, 0.2F};
  one->run(whole.forward());
  one->run(whole.backward());
  Case split = whole;
  for (HostTensor* t : {&split.sum, &split.y, &split.dx, &split.dresidual}) t->poison();
  for (const Index first : {0, 28}) {
    const Index count = first == 0 ? 28 : rows - 28;
    split.first_example = whole.first_example + static_cast<std::uint32_t>(first / 7);
    auto forward = split.forward();
    const auto rows_of = [&](HostTensor& t) { return t.view().slice(first, count); };
    forward.x = rows_of(split.x);
    forward.residual = rows_of(split.residual);
    forward.sum = rows_of(split.sum);
    forward.y = rows_of(split.y);
    forward.mean = rows_of(split.mean);
    forward.rstd = rows_of(split.rstd);
    forward.rows = {count / 7, 7, split.lengths.view().slice(first / 7, count / 7)};
    three->run(forward);
  }
  CHECK(split.sum == whole.sum);
  CHECK(split.y == whole.y);
  Case threaded = whole;
  for (HostTensor* sums : {&threaded.dgain, &threaded.dbeta, &threaded.dbias})
    for (Index i = 0; i < width; ++i) sums->set(i, 0);
  three->run(threaded.backward());
  CHECK(threaded.dx == whole.dx);
  CHECK(threaded.dgain == whole.dgain);
  CHECK(threaded.dbias == whole.dbias);
}

TEST_CASE("dropout, residual and norm work in place and without the optional parts",
          "[kernel][dropout_residual_norm]") {
  const auto context = Context::create({}, {.threads = 2});
  Case apart{40, 8, 19, DType::bf16, 0.1F};
  Case c = apart;
  context->run(apart.forward());
  auto forward = c.forward();
  forward.sum = c.x;
  context->run(forward);
  CHECK(c.x == apart.sum);
  CHECK(c.y == apart.y);
  Case after = apart;
  context->run(apart.backward());
  auto backward = after.backward();
  backward.dresidual = after.dy;
  context->run(backward);
  CHECK(after.dy == apart.dresidual);
  CHECK(after.dx == apart.dx);

  Case plain{40, 8, 19, DType::f32, 0};
  Case bare = plain;
  for (Index i = 0; i < 19; ++i) plain.bias.set(i, 0);
  context->run(plain.forward());
  auto without = bare.forward();
  without.bias = {};
  without.random = {};
  context->run(without);
  CHECK(bare.sum == plain.sum);
  context->run(plain.backward());
  auto no_dx = bare.backward();
  no_dx.dx = {};
  no_dx.random = {};
  context->run(no_dx);
  CHECK(bare.dresidual == plain.dresidual);
  CHECK(plain.dx == plain.dresidual);
  CHECK(bare.dbias == plain.dbias);
}

TEST_CASE("a step draws its own dropout, at the asked rate", "[kernel][dropout_residual_norm]") {
  std::vector<float> factors(static_cast<std::size_t>(cpu::numbers_for(1 << 14)));
  HostTensor step({1}, DType::i32, {5});
  const auto draw = [&] {
    cpu::draw_factors(cpu::draw_at({9, step, 0, {}}, 2), math::dropout_rate(0.1F), 0, 1 << 14,
                      factors.data());
    return factors;
  };
  const auto first = draw();
  const auto dropped = std::count(first.begin(), first.end(), 0.0F);
  const auto size = static_cast<double>(first.size());
  CHECK(std::abs(static_cast<double>(dropped) / size - 0.1) < 5 * 0.3 / std::sqrt(size));
  CHECK(draw() == first);
  step.set(0, 6);
  CHECK(draw() != first);
}

TEST_CASE("numbers drawn side by side are those of Philox one by one",
          "[kernel][dropout_residual_norm]") {
  HostTensor step({1}, DType::i32, {-2});
  const auto at = cpu::draw_at({0xfedcba9876543210ULL, step, 40, {123456}}, 3);
  std::vector<std::uint16_t> numbers(static_cast<std::size_t>(cpu::numbers_for(13)));
  const std::uint32_t first = 0xfffffff8U;
  cpu::draw_numbers(at, first, 13, numbers.data());
  for (std::uint32_t i = 0; i < 13 * 8; ++i) {
    const auto words =
        math::philox(0xfedcba9876543210ULL, {first + i / 8, 43, 123456, 0xfffffffeU});
    REQUIRE(numbers[i] == math::half(words, static_cast<int>(i % 8)));
  }
}

TEST_CASE("dropout, residual and norm refuse what does not fit",
          "[kernel][dropout_residual_norm]") {
  const auto context = Context::create({}, {.threads = 1});
  Case c{4, 3, 6, DType::f32, 0.1F};
  CHECK_THROWS_WITH(context->run(c.forward()),
                    Contains("expected as many rows as the texts have, 3, found 4"));
  c.length = 2;
  c.lengths = HostTensor({2}, DType::i32);
  auto forward = c.forward();
  forward.random.step = {};
  CHECK_THROWS_WITH(context->run(forward),
                    Contains("random.step: expected i32 [1], found nothing"));
  forward = c.forward();
  forward.dropout = 1;
  CHECK_THROWS_WITH(context->run(forward), Contains("expected dropout in [0, 1)"));
  auto backward = c.backward();
  backward.dx = {};
  CHECK_THROWS_WITH(context->run(backward), Contains("expected dx where dropout is above 0"));
}

}  // namespace electra
