#include "electra/kernels/binary_loss.h"

#include <catch2/catch.hpp>

#include "support/kernel_case.h"
#include "support/loss_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

/// Columns beyond the labels are NaN.
struct BinaryCase {
  Index rows;
  Index labels;
  Index padded;
  DType dtype;
  HostTensor logits = test::random_tensor({rows, padded}, dtype, 1, 4);
  HostTensor targets = test::random_integers({rows, labels}, 2, 2);
  HostTensor scale{{1}, wide(dtype), {0.25}};
  HostTensor losses{{rows}, wide(dtype)};
  HostTensor right{{rows}, DType::i32};
  HostTensor dlogits{{rows, padded}, dtype};

  BinaryLoss kernel() {
    return {.logits = logits,
            .targets = targets,
            .scale = scale,
            .losses = losses,
            .right = right,
            .dlogits = dlogits};
  }
};

}  // namespace

TEST_CASE("the loss of several labels agrees with its definition", "[kernel][binary_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const auto [rows, labels, padded] = GENERATE(table<Index, Index, Index>(
      {{1, 1, 1}, {1, 1, 8}, {64, 3, 8}, {33, 20, 24}, {130, 77, 80}, {0, 2, 8}}));
  CAPTURE(to_string(dtype), rows, labels, padded);
  BinaryCase c{rows, labels, padded, dtype};
  test::poison_columns(c.logits, labels);
  Context::create({}, {.threads = 2})->run(c.kernel());
  std::vector<double> losses, right, dlogits;
  for (Index row = 0; row < rows; ++row) {
    losses.push_back(0);
    right.push_back(1);
    for (Index i = 0; i < padded; ++i) {
      if (i >= labels) {
        dlogits.push_back(0);
        REQUIRE(c.dlogits[row * padded + i] == 0);
        continue;
      }
      const double z = c.logits[row * padded + i], target = c.targets[row * labels + i];
      const double p = 1 / (1 + std::exp(-z));
      losses.back() += std::max(z, 0.0) - z * target + std::log1p(std::exp(-std::abs(z)));
      dlogits.push_back((p - target) * c.scale[0]);
      if ((z > 0) != (target == 1)) right.back() = 0;
    }
  }
  const double unit = test::unit(wide(dtype));
  CHECK(test::worst_error(c.losses, losses) < 2 * unit);
  CHECK(test::worst_error(c.dlogits, dlogits, 0.01) < 4 * unit + test::unit(dtype));
  CHECK(c.right.values() == right);
}

TEST_CASE("the loss of several labels has its gradient as slope", "[kernel][binary_loss]") {
  BinaryCase c{4, 3, 5, DType::f64};
  const auto context = Context::create({}, {.threads = 1});
  const auto loss = [&] {
    context->run(c.kernel());
    double sum = 0;
    for (const double one : c.losses.values()) sum += one;
    return c.scale[0] * sum;
  };
  static_cast<void>(loss());
  const HostTensor gradient = c.dlogits;
  CHECK(test::gradient_error(gradient.view(), c.logits, loss) < 1e-9);
}

TEST_CASE("the loss of several labels is exact at extreme logits", "[kernel][binary_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::f64);
  BinaryCase c{5, 1, 1, dtype};
  c.logits = HostTensor({5, 1}, dtype, {30, 1e4, -1e4, -30, 0});
  c.targets = HostTensor({5, 1}, DType::i32, {1, 0, 1, 0, 0});
  Context::create({}, {.threads = 1})->run(c.kernel());
  const double small = std::exp(-30.0);
  CHECK(c.losses[0] == Approx(small).epsilon(1e-5));
  CHECK(c.losses[1] == 1e4);
  CHECK(c.losses[2] == 1e4);
  CHECK(c.losses[3] == Approx(small).epsilon(1e-5));
  CHECK(c.losses[4] == Approx(std::log(2.0)));
  CHECK(c.dlogits[0] == Approx(-0.25 * small).epsilon(1e-5));
  CHECK(c.dlogits[1] == 0.25);
  CHECK(c.dlogits[2] == -0.25);
  CHECK(c.dlogits[3] == Approx(0.25 * small).epsilon(1e-5));
  CHECK(c.right.values() == std::vector<double>{1, 0, 0, 1, 1});  // 0 is not true
}

TEST_CASE("a label with NaN has a loss and a gradient of NaN and is not right",
          "[kernel][binary_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const double target = GENERATE(0, 1);
  const Index at = GENERATE(0, 2);
  BinaryCase c{2, 3, 4, dtype};
  c.logits = HostTensor({2, 4}, dtype, {1, 2, 3, 0, 1, 2, 3, 0});
  c.targets.fill(1);
  c.logits.set(4 + at, NAN);
  c.targets.set(3 + at, target);
  Context::create({}, {.threads = 1})->run(c.kernel());
  CHECK(std::isfinite(c.losses[0]));
  CHECK(std::isnan(c.losses[1]));
  CHECK(c.right.values() == std::vector<double>{1, 0});
  for (Index i = 0; i < 8; ++i) CHECK(std::isnan(c.dlogits[i]) == (i == 4 + at));
}

TEST_CASE(
    "the loss of several labels works in place, without a gradient and on any number of "
    "threads",
    "[kernel][binary_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  BinaryCase whole{200, 7, 8, dtype};
  check_ways_to_run(whole, &BinaryCase::logits, &BinaryCase::dlogits, &BinaryLoss::dlogits);
}

TEST_CASE("the loss of several labels refuses what does not fit", "[kernel][binary_loss]") {
  const auto context = Context::create({}, {.threads = 1});
  BinaryCase c{4, 3, 2, DType::f32};
  CHECK_THROWS_WITH(context->run(c.kernel()),
                    Contains("binary_loss: expected 1 to 2 labels, found 3"));
  BinaryCase d{4, 3, 8, DType::f32};
  d.targets.set(7, 2);
  CHECK_THROWS_WITH(context->run(d.kernel()),
                    Contains("binary_loss: targets, row 2, label 1: expected 0 or 1, found 2"));
}

}  // namespace electra
