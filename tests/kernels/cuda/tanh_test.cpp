#include "electra/kernels/tanh.h"

#include <catch2/catch.hpp>

#include "kernels/cuda/cases.h"

namespace electra {
namespace {

using test::any_dtype;
using test::Begin;
using test::error_beside_nan;
using test::HostTensor;
using test::Twin;
using test::unit;

}  // namespace

TEST_CASE("bias and tanh on a GPU agree with the CPU's", "[cuda][kernel][tanh]") {
  const DType dtype = any_dtype();
  const auto [rows, width] =
      GENERATE(table<Index, Index>({{1, 1}, {3, 8}, {70, 256}, {131, 33}, {5, 1000}, {1100, 16}}));
  const bool in_place = GENERATE(false, true);
  const Begin begin = rows == 70 ? Begin::unaligned : Begin::aligned;
  CAPTURE(to_string(dtype), rows, width, in_place);
  HostTensor x = test::random_tensor({rows, width}, dtype, 1, 3);
  x.set(x.size() - 1, NAN);
  const HostTensor bias = test::random_tensor({width}, DType::f32, 2);
  const HostTensor apart({rows, width}, dtype);
  const HostTensor& y = in_place ? x : apart;
  Twin twin([&](auto at) { return BiasTanh{.x = at(x), .bias = at(bias), .y = at(y)}; }, begin);
  CHECK(error_beside_nan(twin, y) < 2 * unit(dtype));
}

}  // namespace electra
