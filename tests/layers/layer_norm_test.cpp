#include "electra/layers/layer_norm.h"

#include <catch2/catch.hpp>

#include "layers/layer_check.h"

using namespace electra;
using namespace electra::test;

namespace {

constexpr Index width = 8;

}  // namespace

TEST_CASE("gradients of a layer norm are central differences", "[layer_norm][law]") {
  LayerCheck check;
  const LayerNorm layer(check.scope(), {.width = width});
  check.begin();
  const HostTensor x = random_tensor({LayerCheck::rows, width}, DType::f64, 1);
  LayerNorm::Saved saved;
  CHECK(check.worst_error(
            LayerCheck::real_rows(width, 2), [&](Pass& p) { return layer.forward(p, x, saved); },
            [&](Pass& p, ConstTensorView dy) {
              const Into dx = LayerCheck::fresh(p, width);
              layer.backward(p, saved, dy, dx);
              return dx.view;
            },
            &x) < gradient_bound);
}
