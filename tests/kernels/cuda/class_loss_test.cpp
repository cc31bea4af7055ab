#include "electra/kernels/class_loss.h"

#include <catch2/catch.hpp>

#include "kernels/cuda/cases.h"

namespace electra {
namespace {

using test::any_dtype;
using test::error_beside_nan;
using test::Gradient;
using test::HostTensor;
using test::left_in;
using test::Mirror;
using test::Twin;
using test::unit;

/// A row of logits for each label.
struct Case {
  HostTensor logits, labels, scale, losses, right, dlogits;
  Index classes;

  Case(HostTensor rows, Index count, const std::vector<double>& truth)
      : logits(std::move(rows)),
        labels({logits.shape()[0]}, DType::i32, truth),
        scale({1}, DType::f32, {0.05}),
        losses({logits.shape()[0]}, DType::f32),
        right({logits.shape()[0]}, DType::i32),
        dlogits(logits.shape(), logits.dtype()),
        classes(count) {
    test::poison_columns(logits, classes);
  }
  template <class At>
  [[nodiscard]] ClassLoss at(const At& on, Gradient gradient = Gradient::apart) const {
    return {.logits = on(logits),
            .labels = on(labels),
            .scale = on(scale),
            .losses = on(losses),
            .right = on(right),
            .dlogits =
                gradient == Gradient::none ? TensorView{} : on(left_in(gradient, dlogits, logits)),
            .classes = classes};
  }
};

}  // namespace

TEST_CASE("the loss of classes on a GPU agrees with the CPU's", "[cuda][kernel][class_loss]") {
  const DType dtype = any_dtype();
  const auto [rows, classes, padded] = GENERATE(table<Index, Index, Index>({{1, 1, 1},
                                                                            {1, 2, 2},
                                                                            {5, 2, 8},
                                                                            {70, 3, 8},
                                                                            {33, 17, 17},
                                                                            {4, 32, 40},
                                                                            {3, 33, 64},
                                                                            {9, 1000, 1003}}));
  const bool weighted = GENERATE(false, true);
  const Gradient gradient = test::any_gradient();
  CAPTURE(to_string(dtype), rows, classes, padded, weighted);
  std::vector<double> labels =
      test::random_integers({rows}, static_cast<std::uint32_t>(classes), 2).values();
  for (std::size_t row = 3; row < labels.size(); row += 4) labels[row] = row == 3 ? -1 : -100;
  const Case c(test::random_tensor({rows, padded}, dtype, 1, 3), classes, labels);
  HostTensor weights = test::random_tensor({rows}, DType::f32, 3);
  for (Index row = 0; row < rows; ++row) weights.set(row, std::abs(weights[row]));
  Twin loss([&](auto at) {
    ClassLoss kernel = c.at(at, gradient);
    if (weighted) kernel.weights = at(weights);
    return kernel;
  });
  CHECK(loss.error(c.losses) < 4 * unit(DType::f32));
  CHECK(loss.equal(c.right));
  if (gradient != Gradient::none)
    CHECK(loss.error(left_in(gradient, c.dlogits, c.logits), 0.05) < 2 * unit(dtype));
}

TEST_CASE("the loss of a class that is all but certain keeps its digits on a GPU",
          "[cuda][kernel][class_loss]") {
  const Case c(HostTensor({3, 3}, DType::f32, {0, 30, 1, -50, -50, 25, 3, 60, 2}), 3, {1, 2, 1});
  Twin loss([&](auto at) { return c.at(at); });
  CHECK(loss.error(c.losses, 1e-35) < 4 * unit(DType::f32));
  CHECK(loss.error(c.dlogits, 1e-37) < 8 * unit(DType::f32));
  CHECK(loss.equal(c.right));
}

TEST_CASE("rows that are not finite spoil no other row's loss on a GPU",
          "[cuda][kernel][class_loss]") {
  const DType dtype = any_dtype();
  const bool wide = GENERATE(false, true);  // more classes than a warp has lanes
  const Index rows = 8, classes = wide ? 70 : 3;
  HostTensor logits = test::random_tensor({rows, classes + 2}, dtype, 1);
  const auto set = [&](Index row, Index c, double value) {
    logits.set(row * (classes + 2) + c, value);
  };
  set(0, 1, NAN);
  set(1, classes - 1, INFINITY);
  for (Index i = 0; i < classes; ++i) set(2, i, -INFINITY);
  for (Index i = 0; i < classes; ++i) set(3, i, NAN);
  set(4, 0, -INFINITY);
  set(5, 2, -INFINITY);  // of the label
  set(6, 0, NAN);        // of a row that is not scored
  const Case c(logits, classes, {1, 2, 0, 2, 1, 2, -1, 0});
  Twin loss([&](auto at) { return c.at(at); });
  CHECK(error_beside_nan(loss, c.dlogits, 0.05) < 2 * unit(dtype));
  CHECK(loss.equal(c.right));
  const HostTensor losses = loss.gpu_of(c.losses);
  for (const Index row : {0, 1, 2, 3}) CHECK(std::isnan(losses[row]));
  CHECK(losses[4] == Approx(c.losses[4]));
  CHECK(losses[5] == INFINITY);
  CHECK(losses[6] == 0);
  CHECK(losses[7] == Approx(c.losses[7]));
}

// The CPU throws; a GPU cannot.
TEST_CASE("a label that is no class makes its row NaN on a GPU", "[cuda][kernel][class_loss]") {
  const Case c(test::random_tensor({3, 4}, DType::f32, 1), 3, {1, 3, 2});
  const auto context = Context::create({DeviceType::cuda, 0});
  Mirror mirror(*context);
  context->run(c.at([&](const HostTensor& host) { return mirror(host); }));
  const HostTensor losses = mirror.read(c.losses), dlogits = mirror.read(c.dlogits);
  for (Index row = 0; row < 3; ++row) {
    CHECK(std::isnan(losses[row]) == (row == 1));
    CHECK(std::isnan(dlogits[row * 4]) == (row == 1));
  }
  CHECK(mirror.read(c.right)[1] == 0);
}

}  // namespace electra
