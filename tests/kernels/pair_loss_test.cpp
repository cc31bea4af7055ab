#include "electra/kernels/pair_loss.h"

#include <catch2/catch.hpp>

#include "support/kernel_case.h"
#include "support/loss_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

/// Candidates with a text that others have, too; what is left out is NaN.
struct PairCase {
  Index rows;
  Index candidates;
  DType dtype;
  HostTensor cosines = test::random_tensor({rows, candidates}, dtype, 1, 0.3);
  HostTensor texts = test::random_integers({candidates}, 20, 2);
  HostTensor scale{{1}, wide(dtype), {0.25}};
  HostTensor losses{{rows}, wide(dtype)};
  HostTensor right{{rows}, DType::i32};
  HostTensor dcosines{{rows, candidates}, dtype};

  bool counts(Index row, Index candidate) const {
    return candidate == row || texts[candidate] != texts[row];
  }
  void prepare() {
    for (Index i = 0; i < cosines.size(); ++i)
      if (!counts(i / candidates, i % candidates)) cosines.set(i, NAN);
  }
  PairLoss kernel() {
    return {.cosines = cosines,
            .texts = texts,
            .scale = scale,
            .losses = losses,
            .right = right,
            .dcosines = dcosines};
  }
};

}  // namespace

TEST_CASE("the loss of pairs agrees with its definition", "[kernel][pair_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const auto factor = GENERATE(20.0F, 1.5F);
  const auto [rows, candidates] =
      GENERATE(table<Index, Index>({{1, 1}, {1, 5}, {4, 4}, {7, 13}, {33, 66}, {0, 3}, {0, 0}}));
  CAPTURE(to_string(dtype), factor, rows, candidates);
  PairCase c{rows, candidates, dtype};
  c.prepare();
  PairLoss kernel = c.kernel();
  kernel.factor = factor;
  Context::create({}, {.threads = 2})->run(kernel);
  std::vector<double> losses, right, dcosines;
  for (Index row = 0; row < rows; ++row) {
    const auto cosine = [&](Index i) { return c.cosines[row * candidates + i]; };
    double sum = 0, best = -2;
    for (Index i = 0; i < candidates; ++i) {
      if (!c.counts(row, i)) continue;
      sum += std::exp(double{factor} * (cosine(i) - cosine(row)));
      best = std::max(best, cosine(i));
    }
    losses.push_back(std::log(sum));
    right.push_back(best == cosine(row) ? 1 : 0);
    for (Index i = 0; i < candidates; ++i) {
      if (!c.counts(row, i)) {
        dcosines.push_back(0);
        REQUIRE(c.dcosines[row * candidates + i] == 0);
        continue;
      }
      const double share = std::exp(double{factor} * (cosine(i) - cosine(row))) / sum;
      dcosines.push_back(double{factor} * (share - (i == row ? 1 : 0)) * c.scale[0]);
    }
  }
  // Logits are within 50 of each other: a difference in f32 is off by at most 50 half units, and so
  // are the products that it is of.
  const double unit = test::unit(wide(dtype));
  CHECK(test::worst_error(c.losses, losses) < 4 * unit);
  CHECK(test::worst_error(c.dcosines, dcosines, 0.1) < 16 * unit + test::unit(dtype));
  CHECK(c.right.values() == right);
}

TEST_CASE("the loss of pairs has its gradient as slope", "[kernel][pair_loss]") {
  PairCase c{3, 5, DType::f64};
  c.texts = HostTensor({5}, DType::i32, {7, 8, 9, 7, 6});
  const auto context = Context::create({}, {.threads = 1});
  const auto loss = [&] {
    context->run(c.kernel());
    double sum = 0;
    for (const double one : c.losses.values()) sum += one;
    return c.scale[0] * sum;
  };
  static_cast<void>(loss());
  const HostTensor gradient = c.dcosines;
  CHECK(test::gradient_error(gradient.view(), c.cosines, loss, 1e-4) < 1e-8);
}

TEST_CASE("a pair is right unless another candidate that counts has a larger cosine",
          "[kernel][pair_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  PairCase c{3, 4, dtype};
  c.texts = HostTensor({4}, DType::i32, {0, 1, 2, 0});
  c.cosines = HostTensor({3, 4}, dtype,
                         {0.5, 0.5, -1, 1,  //
                          0.25, 0.5, 0, 0.75, 0, 0.25, 0.5, 0.25});
  Context::create({}, {.threads = 1})->run(c.kernel());
  CHECK(c.right.values() == std::vector<double>{1, 0, 1});
}

TEST_CASE("a candidate of the same text is no negative", "[kernel][pair_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::f64);
  const HostTensor two = test::random_tensor({2, 3}, dtype, 1, 0.3);
  PairCase few{2, 2, dtype}, more{2, 3, dtype};
  for (Index i = 0; i < 4; ++i) few.cosines.set(i, two[i / 2 * 3 + i % 2]);
  more.cosines = two;
  few.texts = HostTensor({2}, DType::i32, {4, 5});
  more.texts = HostTensor({3}, DType::i32, {4, 5, 4});
  const auto context = Context::create({}, {.threads = 1});
  context->run(few.kernel());
  context->run(more.kernel());
  CHECK(more.losses[0] == few.losses[0]);
  CHECK(more.losses[1] > few.losses[1]);
  CHECK(more.dcosines[2] == 0);
}

TEST_CASE("a text whose cosines hold NaN is NaN and not right; others are as they were",
          "[kernel][pair_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const Index at = GENERATE(0, 1, 3);
  PairCase clean{3, 4, dtype};
  clean.texts = HostTensor({4}, DType::i32, {0, 1, 2, 3});
  PairCase c = clean;
  c.cosines.set(4 + at, NAN);
  const auto context = Context::create({}, {.threads = 2});
  context->run(clean.kernel());
  context->run(c.kernel());
  CHECK(std::isnan(c.losses[1]));
  CHECK(c.right[1] == 0);
  for (const Index row : {0, 2}) CHECK(c.losses[row] == clean.losses[row]);
  for (Index i = 0; i < 12; ++i) {
    if (i / 4 == 1)
      CHECK(std::isnan(c.dcosines[i]));
    else
      CHECK(c.dcosines[i] == clean.dcosines[i]);
  }
}

TEST_CASE("the loss of pairs works in place, without a gradient and on any number of threads",
          "[kernel][pair_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  PairCase whole{37, 50, dtype};
  whole.prepare();
  check_ways_to_run(whole, &PairCase::cosines, &PairCase::dcosines, &PairLoss::dcosines);
}

TEST_CASE("the loss of pairs refuses what does not fit", "[kernel][pair_loss]") {
  const auto context = Context::create({}, {.threads = 1});
  PairCase c{4, 3, DType::f32};
  CHECK_THROWS_WITH(
      context->run(c.kernel()),
      Contains("pair_loss: expected cosines [rows, as many candidates or more], found [4, 3]"));
  PairCase d{3, 4, DType::f32};
  PairLoss kernel = d.kernel();
  kernel.texts = d.right.view();
  CHECK_THROWS_WITH(context->run(kernel),
                    Contains("pair_loss: texts: expected i32 [4], found i32 [3]"));
  kernel = d.kernel();
  kernel.factor = 0;
  CHECK_THROWS_WITH(context->run(kernel), Contains("pair_loss: expected a factor above 0"));
}

}  // namespace electra
