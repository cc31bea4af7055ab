#include "electra/kernels/layer_norm.h"

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

TEST_CASE("layer norm on a GPU agrees with the CPU's", "[cuda][kernel][layer_norm]") {
  const DType dtype = any_dtype();
  const Index width = any_width();
  // Also a run of several rows for each warp, and no whole number of those that a warp holds.
  const Index rows = width == 256 ? 1 : width == 7 ? 1300 : width < 100 ? 67 : 19;
  const Begin begin = width == 128 ? Begin::unaligned : Begin::aligned;
  CAPTURE(to_string(dtype), width);
  const HostTensor x = test::random_tensor({rows, width}, dtype, 1, 2, 0.7);
  const HostTensor gain = test::random_tensor({width}, DType::f32, 2, 0.3, 1);
  const HostTensor bias = test::random_tensor({width}, DType::f32, 3);
  const HostTensor y({rows, width}, dtype), mean({rows}, DType::f32), rstd({rows}, DType::f32);
  const float epsilon = 1e-3F;
  Twin forward(
      [&](auto at) {
        return LayerNormForward{.x = at(x),
                                .gain = at(gain),
                                .bias = at(bias),
                                .y = at(y),
                                .mean = at(mean),
                                .rstd = at(rstd),
                                .epsilon = epsilon};
      },
      begin);
  CHECK(forward.error(y) < 4 * unit(dtype));
  CHECK(forward.error(mean) < 4 * unit(DType::f32));
  CHECK(forward.error(rstd) < 10 * unit(DType::f32));

  const Write write = GENERATE(Write::overwrite, Write::add);
  const HostTensor dy = test::random_tensor({rows, width}, dtype, 4);
  HostTensor dx({rows, width}, dtype);
  if (write == Write::add) dx = test::random_tensor({rows, width}, dtype, 5);
  const HostTensor dgain = test::random_tensor({width}, DType::f32, 6);
  const HostTensor dbias = test::random_tensor({width}, DType::f32, 7);
  Twin backward(
      [&](auto at) {
        return LayerNormBackward{.dy = at(dy),
                                 .x = at(x),
                                 .gain = at(gain),
                                 .mean = at(mean),
                                 .rstd = at(rstd),
                                 .dx = {at(dx), write},
                                 .dgain = at(dgain),
                                 .dbias = at(dbias)};
      },
      begin);
  CHECK(backward.error(dx, width < 8 ? 30 : 1) < 4 * unit(dtype));
  CHECK(backward.error(dgain) < sum_bound(rows, dtype));
  CHECK(backward.error(dbias) < sum_bound(rows, dtype));
}

// Narrow rows share a warp.
TEST_CASE("the norm of a row on a GPU does not depend on the rows beside it",
          "[cuda][kernel][layer_norm]") {
  const DType dtype = any_dtype();
  const Index width = GENERATE(64, 128, 33);
  CAPTURE(to_string(dtype), width);
  const HostTensor gain = test::random_tensor({width}, DType::f32, 2, 0.3, 1);
  const HostTensor bias = test::random_tensor({width}, DType::f32, 3);
  const auto norm_of = [&](const HostTensor& x) {
    const Index rows = x.shape()[0];
    const HostTensor y(x.shape(), dtype), mean({rows}, DType::f32), rstd({rows}, DType::f32);
    return Twin([&](auto at) {
             return LayerNormForward{.x = at(x),
                                     .gain = at(gain),
                                     .bias = at(bias),
                                     .y = at(y),
                                     .mean = at(mean),
                                     .rstd = at(rstd)};
           })
        .gpu_of(y)
        .values();
  };
  const Index rows = 11;
  const HostTensor all = test::random_tensor({rows, width}, dtype, 1, 2, 0.7);
  const std::vector<double> values = all.values(), together = norm_of(all);
  for (Index row = 0; row < rows; ++row) {
    const std::vector<double> alone(values.begin() + row * width,
                                    values.begin() + (row + 1) * width);
    const std::vector<double> part(together.begin() + row * width,
                                   together.begin() + (row + 1) * width);
    CHECK(norm_of(HostTensor({1, width}, dtype, alone)) == part);
  }
}

}  // namespace electra
