#include "electra/kernels/squared_loss.h"

#include <catch2/catch.hpp>

#include "kernels/cuda/cases.h"

namespace electra {
namespace {

using test::any_dtype;
using test::Gradient;
using test::HostTensor;
using test::left_in;
using test::Twin;

}  // namespace

// No rounding can differ: a difference, a square, a product with a power of two and one with the
// scale.
TEST_CASE("the squared loss on a GPU has the CPU's bits", "[cuda][kernel][squared_loss]") {
  const DType dtype = any_dtype();
  const auto [rows, padded] =
      GENERATE(table<Index, Index>({{1, 1}, {5, 8}, {300, 3}, {2000, 1}, {3, 64}}));
  const Gradient gradient = test::any_gradient();
  CAPTURE(to_string(dtype), rows, padded);
  HostTensor outputs = test::random_tensor({rows, padded}, dtype, 1, 3);
  test::poison_columns(outputs, 1);
  const HostTensor targets = test::random_tensor({rows}, DType::f32, 2, 2);
  const HostTensor scale({1}, DType::f32, {0.07});
  const HostTensor losses({rows}, DType::f32), apart({rows, padded}, dtype);
  const HostTensor& left = left_in(gradient, apart, outputs);
  Twin loss([&](auto at) {
    return SquaredLoss{.outputs = at(outputs),
                       .targets = at(targets),
                       .scale = at(scale),
                       .losses = at(losses),
                       .doutputs = gradient == Gradient::none ? TensorView{} : at(left)};
  });
  CHECK(loss.equal(losses));
  if (gradient != Gradient::none) CHECK(loss.equal(left));
}

TEST_CASE("a number that is not finite spoils no other's squared loss on a GPU",
          "[cuda][kernel][squared_loss]") {
  const DType dtype = any_dtype();
  const HostTensor outputs({4, 2}, dtype, {NAN, 0, INFINITY, 0, 1, 0, 2, 0});
  const HostTensor targets({4}, DType::f32, {0, 0, NAN, 0}), scale({1}, DType::f32, {0.5});
  const HostTensor losses({4}, DType::f32), doutputs({4, 2}, dtype);
  Twin loss([&](auto at) {
    return SquaredLoss{.outputs = at(outputs),
                       .targets = at(targets),
                       .scale = at(scale),
                       .losses = at(losses),
                       .doutputs = at(doutputs)};
  });
  const HostTensor found = loss.gpu_of(losses), gradient = loss.gpu_of(doutputs);
  CHECK((std::isnan(found[0]) && std::isnan(gradient[0])));
  CHECK((found[1] == INFINITY && gradient[2] == INFINITY));
  CHECK((std::isnan(found[2]) && std::isnan(gradient[4])));
  CHECK((found[3] == 4 && gradient[6] == 2));
  for (const Index i : {1, 3, 5, 7}) CHECK(gradient[i] == 0);
}

}  // namespace electra
