#include "electra/kernels/class_loss.h"

#include <catch2/catch.hpp>

#include "support/kernel_case.h"
#include "support/loss_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

/// Some rows are not scored; columns beyond the classes are NaN.
struct ClassCase {
  Index rows;
  Index classes;
  Index padded;
  DType dtype;
  HostTensor logits = test::random_tensor({rows, padded}, dtype, 1, 4);
  HostTensor labels = test::random_integers({rows}, static_cast<std::uint32_t>(classes), 2);
  HostTensor weights = test::random_tensor({rows}, DType::f32, 3, 0.2, 1);
  HostTensor scale{{1}, wide(dtype), {0.25}};
  HostTensor losses{{rows}, wide(dtype)};
  HostTensor right{{rows}, DType::i32};
  HostTensor dlogits{{rows, padded}, dtype};

  void prepare() {
    test::poison_columns(logits, classes);
    for (Index row = 3; row < rows; row += 5) labels.set(row, row % 2 == 0 ? -100 : -1);
  }
  ClassLoss kernel() {
    return {.logits = logits,
            .labels = labels,
            .weights = weights,
            .scale = scale,
            .losses = losses,
            .right = right,
            .dlogits = dlogits,
            .classes = classes};
  }
};

/// One row in float64.
struct Expected {
  double loss = 0;
  double right = -1;
  std::vector<double> dlogits;

  Expected(const ClassCase& c, Index row, double weight)
      : dlogits(static_cast<std::size_t>(c.padded)) {
    const auto label = static_cast<Index>(c.labels[row]);
    if (label < 0) return;
    const auto logit = [&](Index i) { return c.logits[row * c.padded + i]; };
    Index top = 0;
    for (Index i = 1; i < c.classes; ++i)
      if (logit(i) > logit(top)) top = i;
    double sum = 0;
    for (Index i = 0; i < c.classes; ++i) sum += std::exp(logit(i) - logit(top));
    loss = weight * (std::log(sum) + logit(top) - logit(label));
    right = top == label ? 1 : 0;
    for (Index i = 0; i < c.classes; ++i)
      dlogits[static_cast<std::size_t>(i)] =
          weight * c.scale[0] * (std::exp(logit(i) - logit(top)) / sum - (i == label ? 1 : 0));
  }
};

}  // namespace

TEST_CASE("the loss of classes agrees with its definition", "[kernel][class_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const bool weighted = GENERATE(false, true);
  const auto [rows, classes, padded] = GENERATE(table<Index, Index, Index>({{1, 1, 1},
                                                                            {1, 1, 8},
                                                                            {3, 2, 8},
                                                                            {64, 3, 8},
                                                                            {33, 20, 24},
                                                                            {130, 77, 80},
                                                                            {5, 300, 300},
                                                                            {0, 2, 8}}));
  CAPTURE(to_string(dtype), weighted, rows, classes, padded);
  ClassCase c{rows, classes, padded, dtype};
  c.prepare();
  ClassLoss kernel = c.kernel();
  if (!weighted) kernel.weights = {};
  Context::create({}, {.threads = 2})->run(kernel);
  std::vector<double> losses, right, dlogits;
  for (Index row = 0; row < rows; ++row) {
    const Expected e(c, row, weighted ? c.weights[row] : 1);
    losses.push_back(e.loss);
    right.push_back(e.right);
    dlogits.insert(dlogits.end(), e.dlogits.begin(), e.dlogits.end());
  }
  for (Index i = 0; i < c.dlogits.size(); ++i)
    if (i % padded >= classes || c.labels[i / padded] < 0) REQUIRE(c.dlogits[i] == 0);
  // Logits are within 40 of each other: a difference in f32 is off by at most 40 half units.
  CHECK(test::worst_error(c.losses, losses) < 4 * test::unit(wide(dtype)));
  CHECK(test::worst_error(c.dlogits, dlogits, 0.01) <
        8 * test::unit(wide(dtype)) + test::unit(dtype));
  CHECK(c.right.values() == right);
}

TEST_CASE("the loss of classes has its gradient as slope", "[kernel][class_loss]") {
  ClassCase c{5, 3, 4, DType::f64};
  c.labels = HostTensor({5}, DType::i32, {0, 2, 1, -1, 2});
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

TEST_CASE("a loss near 0 and its slope keep their digits", "[kernel][class_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::f64);
  ClassCase c{2, 2, 2, dtype};
  c.logits = HostTensor({2, 2}, dtype, {30, 0, -40, 40});
  c.labels = HostTensor({2}, DType::i32, {0, 0});
  ClassLoss kernel = c.kernel();
  kernel.weights = {};
  Context::create({}, {.threads = 1})->run(kernel);
  CHECK(c.losses[0] == Approx(std::exp(-30.0)).epsilon(1e-5));
  CHECK(c.dlogits[0] == Approx(-0.25 * std::exp(-30.0)).epsilon(1e-5));
  CHECK(c.dlogits[1] == Approx(0.25 * std::exp(-30.0)).epsilon(1e-5));
  CHECK(c.losses[1] == 80);
  CHECK(c.dlogits[2] == -0.25);
  CHECK(c.dlogits[3] == 0.25);
}

TEST_CASE("the first of equal logits is the answer", "[kernel][class_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  ClassCase c{3, 3, 3, dtype};
  c.logits = HostTensor({3, 3}, dtype, {1, 3, 3, 1, 3, 3, 2, 2, 2});
  c.labels = HostTensor({3}, DType::i32, {1, 2, 0});
  Context::create({}, {.threads = 1})->run(c.kernel());
  CHECK(c.right.values() == std::vector<double>{1, 0, 1});
}

TEST_CASE("a class with a logit of -infinity has no share", "[kernel][class_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  ClassCase c{2, 3, 3, dtype};
  c.logits = HostTensor({2, 3}, dtype, {2, -HUGE_VAL, 2, 2, -HUGE_VAL, 2});
  c.labels = HostTensor({2}, DType::i32, {0, 1});
  ClassLoss kernel = c.kernel();
  kernel.weights = {};
  Context::create({}, {.threads = 1})->run(kernel);
  CHECK(c.losses[0] == Approx(std::log(2.0)));
  CHECK(c.losses[1] == HUGE_VAL);
  const std::vector<double> gradient{-0.125, 0, 0.125, 0.125, -0.25, 0.125};
  CHECK(c.dlogits.values() == gradient);
}

TEST_CASE("a row of classes with NaN is NaN and not right; others are as they were",
          "[kernel][class_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const auto [classes, at] = GENERATE(table<Index, Index>({{1, 0}, {3, 0}, {3, 1}, {3, 2}}));
  CAPTURE(to_string(dtype), classes, at);
  ClassCase clean{6, classes, 4, dtype};
  clean.prepare();
  ClassCase c = clean;
  for (const Index row : {1, 3}) c.logits.set(row * 4 + at, NAN);  // row 3 is not scored
  const auto context = Context::create({}, {.threads = 2});
  context->run(clean.kernel());
  context->run(c.kernel());
  for (Index row = 0; row < 6; ++row) {
    if (row != 1) {
      CHECK(c.losses[row] == clean.losses[row]);
      CHECK(c.right[row] == clean.right[row]);
    }
    for (Index i = 0; i < 4; ++i)
      if (row != 1 || i >= classes) REQUIRE(c.dlogits[row * 4 + i] == clean.dlogits[row * 4 + i]);
  }
  CHECK(std::isnan(c.losses[1]));
  CHECK(c.right[1] == 0);
  for (Index i = 0; i < classes; ++i) CHECK(std::isnan(c.dlogits[4 + i]));
}

TEST_CASE("rows of classes that are not scored have no loss and no gradient",
          "[kernel][class_loss]") {
  ClassCase c{7, 3, 5, DType::f32};
  c.labels.fill(-1);
  c.logits.poison();
  Context::create({}, {.threads = 2})->run(c.kernel());
  CHECK(c.losses.values() == std::vector<double>(7, 0));
  CHECK(c.right.values() == std::vector<double>(7, -1));
  CHECK(c.dlogits.values() == std::vector<double>(35, 0));
}

TEST_CASE("the loss of classes works in place, without a gradient and on any number of threads",
          "[kernel][class_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  ClassCase whole{200, 7, 8, dtype};
  whole.prepare();
  check_ways_to_run(whole, &ClassCase::logits, &ClassCase::dlogits, &ClassLoss::dlogits);
}

TEST_CASE("the loss of classes refuses what does not fit", "[kernel][class_loss]") {
  const auto context = Context::create({}, {.threads = 1});
  ClassCase c{4, 3, 8, DType::bf16};
  ClassLoss kernel = c.kernel();
  kernel.classes = 9;
  CHECK_THROWS_WITH(context->run(kernel), Contains("class_loss: expected 1 to 8 classes, found 9"));
  kernel = c.kernel();
  kernel.losses = c.logits;
  CHECK_THROWS_WITH(context->run(kernel),
                    Contains("class_loss: losses: expected f32 [4], found bf16 [4, 8]"));
  c.labels.set(2, 3);
  CHECK_THROWS_WITH(context->run(c.kernel()),
                    Contains("class_loss: labels, row 2: expected below 3, found 3"));
}

}  // namespace electra
