#include "electra/kernels/unit_rows.h"

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

TEST_CASE("rows get length 1 on a GPU as on the CPU", "[cuda][kernel][unit_rows]") {
  const DType dtype = any_dtype();
  const auto [rows, width] = GENERATE(table<Index, Index>(
      {{1, 1}, {3, 8}, {70, 256}, {131, 33}, {5, 768}, {67, 64}, {9, 12}, {2, 2500}}));
  const bool in_place = GENERATE(false, true);
  const Begin begin = rows == 70 ? Begin::unaligned : Begin::aligned;
  CAPTURE(to_string(dtype), rows, width, in_place);
  const HostTensor x = test::random_tensor({rows, width}, dtype, 1, 3);
  const HostTensor apart({rows, width}, dtype), norms({rows}, DType::f32);
  const HostTensor& y = in_place ? x : apart;
  Twin forward([&](auto at) { return UnitRowsForward{.x = at(x), .y = at(y), .norms = at(norms)}; },
               begin);
  CHECK(forward.error(y) < unit(dtype));
  CHECK(forward.error(norms, 0) < 4 * unit(DType::f32));

  const HostTensor dy = test::random_tensor({rows, width}, dtype, 2);
  const HostTensor dapart({rows, width}, dtype);
  const HostTensor& dx = in_place ? dy : dapart;
  Twin backward(
      [&](auto at) {
        return UnitRowsBackward{.dy = at(dy), .y = at(y), .norms = at(norms), .dx = at(dx)};
      },
      begin);
  const double size = 1 / (3 * std::sqrt(static_cast<double>(width)));
  CHECK(backward.error(dx, size) < 2 * unit(dtype));
}

// 0, twice shorter than the least, a little longer, NaN, and one of length enough.
TEST_CASE("rows that have no length are divided by the least on a GPU",
          "[cuda][kernel][unit_rows]") {
  const DType dtype = any_dtype();
  const Index rows = 6, width = GENERATE(8, 33);
  CAPTURE(to_string(dtype), width);
  const std::vector<double> sizes{0, 1e-14, 1e-20, 1e-11, 1, 1};
  HostTensor x = test::random_tensor({rows, width}, dtype, 1);
  for (Index i = 0; i < x.size(); ++i) x.set(i, x[i] * sizes[static_cast<std::size_t>(i / width)]);
  x.set(4 * width + 3, NAN);
  const HostTensor y({rows, width}, dtype), norms({rows}, DType::f32);
  Twin forward(
      [&](auto at) { return UnitRowsForward{.x = at(x), .y = at(y), .norms = at(norms)}; });
  CHECK(error_beside_nan(forward, y) < unit(dtype));
  CHECK(error_beside_nan(forward, norms, 0) < 4 * unit(DType::f32));
  const HostTensor found = forward.gpu_of(norms);
  for (const Index row : {0, 1, 2}) CHECK(found[row] == static_cast<double>(1e-12F));
  CHECK(found[3] > 2e-12);
  CHECK(std::isnan(found[4]));

  const HostTensor dy = test::random_tensor({rows, width}, dtype, 2), dx({rows, width}, dtype);
  Twin backward([&](auto at) {
    return UnitRowsBackward{.dy = at(dy), .y = at(y), .norms = at(norms), .dx = at(dx)};
  });
  CHECK(error_beside_nan(backward, dx) < 2 * unit(dtype));
}

}  // namespace electra
