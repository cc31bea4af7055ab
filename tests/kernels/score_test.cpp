#include "electra/kernels/score.h"

#include <catch2/catch.hpp>

#include "support/kernel_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

struct ScoreCase {
  Index rows;
  Index width;
  DType dtype;
  HostTensor x = test::random_tensor({rows, width}, dtype, 1);
  HostTensor weight = test::random_tensor({1, width}, dtype, 2);
  HostTensor bias = test::random_tensor({1}, wide(dtype), 3);
  HostTensor dy = test::random_tensor({rows}, wide(dtype), 4);
  HostTensor y{{rows}, wide(dtype)};
  HostTensor dx{{rows, width}, dtype};
  HostTensor dweight = test::random_tensor({1, width}, wide(dtype), 5);
  HostTensor dbias = test::random_tensor({1}, wide(dtype), 6);

  ScoreForward forward() { return {.x = x, .weight = weight, .bias = bias, .y = y}; }
  ScoreBackward backward(Write write = Write::overwrite) {
    return {.dy = dy,
            .x = x,
            .weight = weight,
            .dx = {dx.view(), write},
            .dweight = dweight,
            .dbias = dbias};
  }
};

}  // namespace

TEST_CASE("the score agrees with its definition", "[kernel][score]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const auto [rows, width] = GENERATE(
      table<Index, Index>({{1, 1}, {1, 5}, {3, 64}, {130, 33}, {65, 256}, {7, 768}, {0, 8}}));
  CAPTURE(to_string(dtype), rows, width);
  ScoreCase c{rows, width, dtype};
  const auto context = Context::create({}, {.threads = 2});
  std::vector<double> y, dx, dweight = c.dweight.values(), dbias = c.dbias.values();
  for (Index row = 0; row < rows; ++row) {
    double sum = c.bias[0];
    for (Index i = 0; i < width; ++i) {
      sum += c.x[row * width + i] * c.weight[i];
      dx.push_back(c.dy[row] * c.weight[i]);
      dweight[static_cast<std::size_t>(i)] += c.dy[row] * c.x[row * width + i];
    }
    y.push_back(sum);
    dbias[0] += c.dy[row];
  }
  context->run(c.forward());
  context->run(c.backward());
  const double unit = test::unit(wide(dtype));
  const double terms = std::sqrt(static_cast<double>(std::max(rows, width)));
  CHECK(test::worst_error(c.y, y) < 4 * terms * unit);
  CHECK(test::worst_error(c.dx, dx) < 2 * test::unit(dtype));
  CHECK(test::worst_error(c.dweight, dweight) < 4 * terms * unit);
  CHECK(test::worst_error(c.dbias, dbias) < 4 * terms * unit);

  const HostTensor once = c.dx;
  for (double& element : dx) element *= 2;
  context->run(c.backward(Write::add));
  CHECK(test::worst_error(c.dx, dx) < 4 * test::unit(dtype));
}

TEST_CASE("the score's backward is the slope of its forward", "[kernel][score]") {
  ScoreCase c{4, 7, DType::f64};
  const auto context = Context::create({}, {.threads = 1});
  const auto loss = [&] {
    context->run(c.forward());
    return test::weighted_sum(c.y, c.dy);
  };
  c.dweight.fill(0);
  c.dbias.fill(0);
  context->run(c.backward());
  CHECK(test::gradient_error(c.dx, c.x, loss) < 1e-9);
  CHECK(test::gradient_error(c.dweight, c.weight, loss) < 1e-9);
  CHECK(test::gradient_error(c.dbias, c.bias, loss) < 1e-9);
}

TEST_CASE("the score gives the same bits for any number of threads", "[kernel][score]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16);
  ScoreCase one{300, 48, dtype}, three = one;
  const auto run = [](ScoreCase& c, int threads) {
    const auto context = Context::create({}, {.threads = threads});
    context->run(c.forward());
    context->run(c.backward());
  };
  run(one, 1);
  run(three, 3);
  CHECK(one.y == three.y);
  CHECK(one.dx == three.dx);
  CHECK(one.dweight == three.dweight);
  CHECK(one.dbias == three.dbias);
}

TEST_CASE("the score refuses what does not fit", "[kernel][score]") {
  const auto context = Context::create({}, {.threads = 1});
  ScoreCase c{4, 6, DType::bf16};
  const HostTensor other({1, 6}, DType::f32);
  auto forward = c.forward();
  forward.weight = other;
  CHECK_THROWS_WITH(context->run(forward),
                    Contains("score_forward: weight: expected bf16 [1, 6], found f32 [1, 6]"));
}

}  // namespace electra
