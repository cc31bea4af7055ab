#include "electra/kernels/score.h"

#include <catch2/catch.hpp>

#include "support/twin.h"

namespace electra {
namespace {

using test::Begin;
using test::HostTensor;
using test::Twin;
using test::unit;

}  // namespace

TEST_CASE("the score on a GPU agrees with the CPU's", "[cuda][kernel][score]") {
  const DType dtype = GENERATE(DType::f32, DType::bf16);
  const auto [rows, width] = GENERATE(table<Index, Index>(
      {{1, 1}, {3, 8}, {70, 256}, {131, 33}, {5, 768}, {67, 64}, {9, 128}, {1300, 7}, {3, 2500}}));
  const Write write = GENERATE(Write::overwrite, Write::add);
  const Begin begin = rows == 70 ? Begin::unaligned : Begin::aligned;
  CAPTURE(to_string(dtype), rows, width);
  const double terms = std::sqrt(static_cast<double>(width));
  const HostTensor x = test::random_tensor({rows, width}, dtype, 1);
  const HostTensor weight = test::random_tensor({1, width}, dtype, 2);
  const HostTensor bias = test::random_tensor({1}, DType::f32, 3);
  const HostTensor y({rows}, DType::f32);
  Twin forward(
      [&](auto at) {
        return ScoreForward{.x = at(x), .weight = at(weight), .bias = at(bias), .y = at(y)};
      },
      begin);
  CHECK(forward.error(y, terms) < 4 * unit(DType::f32));
  const HostTensor dy = test::random_tensor({rows}, DType::f32, 4);
  HostTensor dx({rows, width}, dtype);
  if (write == Write::add) dx = test::random_tensor({rows, width}, dtype, 5);
  const HostTensor dweight = test::random_tensor({1, width}, DType::f32, 6);
  const HostTensor dbias = test::random_tensor({1}, DType::f32, 7);
  Twin backward(
      [&](auto at) {
        return ScoreBackward{.dy = at(dy),
                             .x = at(x),
                             .weight = at(weight),
                             .dx = {at(dx), write},
                             .dweight = at(dweight),
                             .dbias = at(dbias)};
      },
      begin);
  const double sum_bound = 4 * unit(DType::f32) * std::sqrt(static_cast<double>(rows));
  CHECK(backward.error(dx) < 2 * unit(dtype));
  CHECK(backward.error(dweight) < sum_bound);
  CHECK(backward.error(dbias) < sum_bound);
}

}  // namespace electra
