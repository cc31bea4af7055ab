#include "electra/layers/residual_norm.h"

#include <catch2/catch.hpp>

#include "electra/layers/linear.h"
#include "layers/layer_check.h"

using namespace electra;
using namespace electra::test;

namespace {

constexpr Index width = 8;

}  // namespace

TEST_CASE("gradients of the end of a sublayer are central differences", "[residual_norm][law]") {
  LayerCheck check;
  const Linear linear(check.scope() / "linear", {.in = width, .out = width});
  const ResidualNorm layer(check.scope(), {.hidden = width, .dropout = 0.3F}, {});
  check.begin();
  const HostTensor x = random_tensor({LayerCheck::rows, width}, DType::f64, 1);
  Linear::Saved saved_linear;
  ResidualNorm::Saved saved;
  CHECK(check.worst_error(
            LayerCheck::real_rows(width, 2),
            [&](Pass& p) {
              return layer.forward(p, linear.product(p, x, saved_linear), linear.bias(), x, saved);
            },
            [&](Pass& p, ConstTensorView dy) {
              const TensorView dx = LayerCheck::fresh(p, width).view;
              const ConstTensorView inner =
                  layer.backward(p, saved, dy, dx, linear.bias_gradient());
              linear.backward_weight(p, saved_linear, inner);
              linear.backward_input(p, inner, {dx, Write::add});
              return dx;
            },
            &x) < gradient_bound);
}
