#include "electra/kernels/dropout_residual_norm.h"

#include <catch2/catch.hpp>

#include "kernels/cuda/cases.h"
#include "support/twin.h"

namespace electra {
namespace {

using test::any_dtype;
using test::any_width;
using test::Begin;
using test::HostTensor;
using test::sum_bound;
using test::Twin;
using test::unit;

}  // namespace

TEST_CASE("dropout, residual and norm on a GPU agree with the CPU's",
          "[cuda][kernel][dropout_residual_norm]") {
  const DType dtype = any_dtype();
  const Index width = any_width();
  const float dropout = GENERATE(0.0F, 0.1F);
  const Index length = width == 512 ? 1 : 5, rows = width == 512 ? 1 : 15;
  const Begin begin = width == 768 ? Begin::unaligned : Begin::aligned;
  const bool biased = width != 1024;
  CAPTURE(to_string(dtype), width, dropout);
  const HostTensor x = test::random_tensor({rows, width}, dtype, 1);
  const HostTensor bias = test::random_tensor({width}, DType::f32, 2);
  const HostTensor residual = test::random_tensor({rows, width}, dtype, 3);
  const HostTensor gain = test::random_tensor({width}, DType::f32, 4, 0.3, 1);
  const HostTensor beta = test::random_tensor({width}, DType::f32, 5);
  const HostTensor lengths({rows / length}, DType::i32), step({1}, DType::i32, {7});
  const HostTensor sum({rows, width}, dtype), y({rows, width}, dtype);
  const HostTensor mean({rows}, DType::f32), rstd({rows}, DType::f32);
  const auto key = [&](ConstTensorView at) {
    return RandomKey{.seed = 0x123456789abcdefU, .step = at, .first_example = 3, .site = {77}};
  };
  Twin forward(
      [&](auto at) {
        return DropoutResidualNormForward{.x = at(x),
                                          .bias = biased ? at(bias) : TensorView{},
                                          .residual = at(residual),
                                          .gain = at(gain),
                                          .beta = at(beta),
                                          .sum = at(sum),
                                          .y = at(y),
                                          .mean = at(mean),
                                          .rstd = at(rstd),
                                          .rows = {rows / length, length, at(lengths)},
                                          .epsilon = 1e-3F,
                                          .dropout = dropout,
                                          .random = key(at(step))};
      },
      begin);
  CHECK(forward.error(sum) < 2 * unit(dtype));
  // A sum that was rounded the other way moves its whole row.
  CHECK(forward.error(y) < 8 * unit(dtype));

  const HostTensor dy = test::random_tensor({rows, width}, dtype, 6);
  const HostTensor dresidual({rows, width}, dtype), dx({rows, width}, dtype);
  const HostTensor dgain = test::random_tensor({width}, DType::f32, 7);
  const HostTensor dbeta = test::random_tensor({width}, DType::f32, 8);
  const HostTensor dbias = test::random_tensor({width}, DType::f32, 9);
  Twin backward(
      [&](auto at) {
        return DropoutResidualNormBackward{.dy = at(dy),
                                           .sum = at(sum),
                                           .gain = at(gain),
                                           .mean = at(mean),
                                           .rstd = at(rstd),
                                           .dresidual = at(dresidual),
                                           .dx = dropout > 0 ? at(dx) : TensorView{},
                                           .dgain = at(dgain),
                                           .dbeta = at(dbeta),
                                           .dbias = at(dbias),
                                           .rows = {rows / length, length, at(lengths)},
                                           .dropout = dropout,
                                           .random = key(at(step))};
      },
      begin);
  const double floor = width < 8 ? 30 : 1;
  CHECK(backward.error(dresidual, floor) < 4 * unit(dtype));
  if (dropout > 0) CHECK(backward.error(dx, floor) < 4 * unit(dtype));
  CHECK(backward.error(dgain) < sum_bound(rows, dtype));
  CHECK(backward.error(dbeta) < sum_bound(rows, dtype));
  CHECK(backward.error(dbias, floor) < 4 * sum_bound(rows, dtype));
}

}  // namespace electra
