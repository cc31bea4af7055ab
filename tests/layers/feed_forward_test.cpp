#include "electra/layers/feed_forward.h"

#include <catch2/catch.hpp>

#include "layers/layer_check.h"

using namespace electra;
using namespace electra::test;

namespace {

constexpr Index width = 8;

}  // namespace

TEST_CASE("gradients of feed-forward are central differences", "[feed_forward][law]") {
  const Gelu activation = GENERATE(Gelu::erf, Gelu::tanh);
  LayerCheck check;
  const FeedForward layer(check.scope(),
                          {.hidden = width, .intermediate = 12, .activation = activation});
  check.begin();
  const HostTensor x = random_tensor({LayerCheck::rows, width}, DType::f64, 1);
  FeedForward::Saved saved;
  CHECK(check.worst_error(
            LayerCheck::real_rows(width, 2), [&](Pass& p) { return layer.forward(p, x, saved); },
            [&](Pass& p, ConstTensorView dy) {
              const Into dx = LayerCheck::fresh(p, width);
              layer.backward(p, saved, dy, dx);
              return dx.view;
            },
            &x) < gradient_bound);
}
