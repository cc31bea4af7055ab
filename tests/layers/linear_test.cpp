#include "electra/layers/linear.h"

#include <catch2/catch.hpp>

#include "layers/layer_check.h"

using namespace electra;
using namespace electra::test;

namespace {

constexpr Index width = 8;

}  // namespace

TEST_CASE("gradients of a linear layer are central differences", "[linear][law]") {
  LayerCheck check;
  const Linear layer(check.scope(), {.in = width, .out = 5});
  check.begin();
  const HostTensor x = random_tensor({LayerCheck::rows, width}, DType::f64, 1);
  Linear::Saved saved;
  CHECK(check.worst_error(
            LayerCheck::real_rows(5, 2), [&](Pass& p) { return layer.forward(p, x, saved); },
            [&](Pass& p, ConstTensorView dy) {
              const Into dx = LayerCheck::fresh(p, width);
              layer.backward(p, saved, dy, dx);
              return dx.view;
            },
            &x) < gradient_bound);
}
