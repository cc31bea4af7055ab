#include "electra/kernels/gelu.h"

#include <catch2/catch.hpp>

#include "kernels/cuda/cases.h"
#include "support/twin.h"

namespace electra {
namespace {

using test::any_dtype;
using test::Begin;
using test::HostTensor;
using test::sum_bound;
using test::Twin;
using test::unit;

}  // namespace

TEST_CASE("bias and gelu on a GPU agree with the CPU's", "[cuda][kernel][gelu]") {
  const DType dtype = any_dtype();
  const Gelu form = GENERATE(Gelu::erf, Gelu::tanh);
  const auto [rows, width] =
      GENERATE(table<Index, Index>({{1, 1}, {3, 8}, {70, 256}, {131, 33}, {5, 1000}, {1100, 16}}));
  const Begin begin = rows == 70 && form == Gelu::tanh ? Begin::unaligned : Begin::aligned;
  CAPTURE(to_string(dtype), rows, width, static_cast<int>(form));
  const HostTensor x = test::random_tensor({rows, width}, dtype, 1, 3);
  const HostTensor bias = test::random_tensor({width}, DType::f32, 2);
  const HostTensor y({rows, width}, dtype);
  Twin forward(
      [&](auto at) {
        return BiasGeluForward{.x = at(x), .bias = at(bias), .y = at(y), .form = form};
      },
      begin);
  CHECK(forward.error(y) < 2 * unit(dtype));

  const HostTensor dy = test::random_tensor({rows, width}, dtype, 3);
  const HostTensor dx({rows, width}, dtype);
  const HostTensor dbias = test::random_tensor({width}, DType::f32, 4);
  Twin backward(
      [&](auto at) {
        return BiasGeluBackward{.dy = at(dy),
                                .x = at(x),
                                .bias = at(bias),
                                .dx = at(dx),
                                .dbias = at(dbias),
                                .form = form};
      },
      begin);
  CHECK(backward.error(dx) < 2 * unit(dtype));
  CHECK(backward.error(dbias) < sum_bound(rows));
}

}  // namespace electra
