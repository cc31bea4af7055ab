#include "electra/kernels/binary_loss.h"

#include <catch2/catch.hpp>

#include "kernels/cuda/cases.h"

namespace electra {
namespace {

using test::any_dtype;
using test::error_beside_nan;
using test::Gradient;
using test::HostTensor;
using test::left_in;
using test::Twin;
using test::unit;

struct Case {
  HostTensor logits, targets, scale, losses, right, dlogits;

  Case(HostTensor rows, HostTensor truth)
      : logits(std::move(rows)),
        targets(std::move(truth)),
        scale({1}, DType::f32, {0.05}),
        losses({logits.shape()[0]}, DType::f32),
        right({logits.shape()[0]}, DType::i32),
        dlogits(logits.shape(), logits.dtype()) {
    test::poison_columns(logits, targets.shape()[1]);
  }
  template <class At>
  [[nodiscard]] BinaryLoss at(const At& on, Gradient gradient = Gradient::apart) const {
    return {.logits = on(logits),
            .targets = on(targets),
            .scale = on(scale),
            .losses = on(losses),
            .right = on(right),
            .dlogits =
                gradient == Gradient::none ? TensorView{} : on(left_in(gradient, dlogits, logits))};
  }
};

}  // namespace

TEST_CASE("the loss of several labels on a GPU agrees with the CPU's",
          "[cuda][kernel][binary_loss]") {
  const DType dtype = any_dtype();
  const auto [rows, labels, padded] = GENERATE(table<Index, Index, Index>(
      {{1, 1, 1}, {70, 2, 8}, {5, 3, 3}, {33, 31, 32}, {4, 32, 32}, {7, 33, 64}, {3, 500, 520}}));
  const Gradient gradient = test::any_gradient();
  CAPTURE(to_string(dtype), rows, labels, padded);
  const Case c(test::random_tensor({rows, padded}, dtype, 1, 3),
               test::random_integers({rows, labels}, 2, 2));
  Twin loss([&](auto at) { return c.at(at, gradient); });
  CHECK(loss.error(c.losses) < 4 * unit(DType::f32));
  CHECK(loss.equal(c.right));
  if (gradient != Gradient::none)
    CHECK(loss.error(left_in(gradient, c.dlogits, c.logits), 0.05) < 2 * unit(dtype));
}

TEST_CASE("a row of labels on a GPU is right if each is", "[cuda][kernel][binary_loss]") {
  const Index labels = GENERATE(3, 40), rows = labels + 2;
  HostTensor logits({rows, labels}, DType::f32), targets({rows, labels}, DType::i32);
  for (Index i = 0; i < logits.size(); ++i) {
    const bool holds = i % 3 == 0;
    const bool mistaken = i / labels == i % labels;  // each row at another label, two at none
    targets.set(i, holds ? 1 : 0);
    logits.set(i, holds != mistaken ? 0.5 : -0.5);
  }
  targets.set((labels + 1) * labels, 0);
  logits.set((labels + 1) * labels, 0);  // is not above 0
  const Case c(logits, targets);
  Twin loss([&](auto at) { return c.at(at); });
  CHECK(loss.equal(c.right));
  for (Index row = 0; row < rows; ++row) CHECK(c.right[row] == (row < labels ? 0 : 1));
}

TEST_CASE("a label that is all but certain keeps its digits on a GPU, and none is lost to NaN",
          "[cuda][kernel][binary_loss]") {
  const std::vector<double> logits{30, -50, 80, -70, 30, -50, 80, -70, 0, INFINITY, NAN, NAN};
  const std::vector<double> targets{1, 0, 1, 0, 0, 1, 0, 1, 1, 1, 0, 1};
  const Index rows = 12;
  const Case c(HostTensor({rows, 1}, DType::f32, logits),
               HostTensor({rows, 1}, DType::i32, targets));
  Twin loss([&](auto at) { return c.at(at); });
  CHECK(error_beside_nan(loss, c.losses, 1e-37) < 8 * unit(DType::f32));
  CHECK(error_beside_nan(loss, c.dlogits, 1e-37) < 8 * unit(DType::f32));
  CHECK(loss.equal(c.right));
  const HostTensor losses = loss.gpu_of(c.losses), dlogits = loss.gpu_of(c.dlogits);
  for (Index row = 0; row < rows; ++row) {
    CHECK(std::isnan(losses[row]) == (row >= 10));
    CHECK(std::isnan(dlogits[row]) == (row >= 10));
  }
}

}  // namespace electra
