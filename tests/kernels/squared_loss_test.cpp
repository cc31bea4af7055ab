#include "electra/kernels/squared_loss.h"

#include <catch2/catch.hpp>

#include "support/kernel_case.h"
#include "support/loss_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

struct SquaredCase {
  Index rows;
  Index padded;
  DType dtype;
  HostTensor outputs = test::random_tensor({rows, padded}, dtype, 1, 3);
  HostTensor targets = test::random_tensor({rows}, DType::f32, 2, 3);
  HostTensor scale{{1}, wide(dtype), {0.25}};
  HostTensor losses{{rows}, wide(dtype)};
  HostTensor doutputs{{rows, padded}, dtype};

  SquaredLoss kernel() {
    return {.outputs = outputs,
            .targets = targets,
            .scale = scale,
            .losses = losses,
            .doutputs = doutputs};
  }
};

}  // namespace

TEST_CASE("the squared loss agrees with its definition", "[kernel][squared_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const auto [rows, padded] =
      GENERATE(table<Index, Index>({{1, 1}, {1, 8}, {33, 3}, {1030, 8}, {0, 8}}));
  CAPTURE(to_string(dtype), rows, padded);
  SquaredCase c{rows, padded, dtype};
  test::poison_columns(c.outputs, 1);
  Context::create({}, {.threads = 2})->run(c.kernel());
  std::vector<double> losses, doutputs;
  for (Index i = 0; i < c.outputs.size(); ++i) {
    const double error = i % padded == 0 ? c.outputs[i] - c.targets[i / padded] : 0;
    if (i % padded == 0) losses.push_back(error * error);
    if (i % padded != 0) REQUIRE(c.doutputs[i] == 0);
    doutputs.push_back(2 * error * c.scale[0]);
  }
  CHECK(test::worst_error(c.losses, losses) < test::unit(wide(dtype)));
  CHECK(test::worst_error(c.doutputs, doutputs, 0.1) < test::unit(dtype));
}

TEST_CASE("the squared loss has its gradient as slope", "[kernel][squared_loss]") {
  SquaredCase c{5, 2, DType::f64};
  const auto context = Context::create({}, {.threads = 1});
  const auto loss = [&] {
    context->run(c.kernel());
    double sum = 0;
    for (const double one : c.losses.values()) sum += one;
    return c.scale[0] * sum;
  };
  static_cast<void>(loss());
  const HostTensor gradient = c.doutputs;
  CHECK(test::gradient_error(gradient.view(), c.outputs, loss) < 1e-9);
}

TEST_CASE("an output of NaN has a loss and a gradient of NaN", "[kernel][squared_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  SquaredCase c{3, 2, dtype};
  c.outputs.set(2, NAN);
  Context::create({}, {.threads = 1})->run(c.kernel());
  for (Index row = 0; row < 3; ++row) {
    CHECK(std::isnan(c.losses[row]) == (row == 1));
    CHECK(std::isnan(c.doutputs[2 * row]) == (row == 1));
    CHECK(c.doutputs[2 * row + 1] == 0);
  }
}

TEST_CASE("the squared loss works in place, without a gradient and on any number of threads",
          "[kernel][squared_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  SquaredCase whole{1500, 2, dtype};
  check_ways_to_run(whole, &SquaredCase::outputs, &SquaredCase::doutputs, &SquaredLoss::doutputs);
}

TEST_CASE("the squared loss refuses what does not fit", "[kernel][squared_loss]") {
  const auto context = Context::create({}, {.threads = 1});
  SquaredCase c{4, 2, DType::f64};
  const HostTensor targets({4}, DType::f64);
  SquaredLoss kernel = c.kernel();
  kernel.targets = targets;
  CHECK_THROWS_WITH(context->run(kernel),
                    Contains("squared_loss: targets: expected f32 [4], found f64 [4]"));
  kernel = c.kernel();
  kernel.outputs = c.losses;
  CHECK_THROWS_WITH(context->run(kernel),
                    Contains("squared_loss: expected outputs [rows, 1 or more], found [4]"));
}

}  // namespace electra
