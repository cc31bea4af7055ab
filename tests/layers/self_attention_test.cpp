#include "electra/layers/self_attention.h"

#include <catch2/catch.hpp>

#include "layers/layer_check.h"

using namespace electra;
using namespace electra::test;

namespace {

constexpr Index width = 8;

}  // namespace

TEST_CASE("gradients of self-attention are central differences", "[self_attention][law]") {
  const Index heads = GENERATE(Index{1}, Index{2}, Index{4});
  CAPTURE(heads);
  LayerCheck check;
  const SelfAttention layer(check.scope(),
                            {.hidden = width, .heads = heads, .attention_dropout = 0.2F}, 0);
  check.begin();
  const HostTensor x = random_tensor({LayerCheck::rows, width}, DType::f64, 1);
  SelfAttention::Saved saved;
  CHECK(check.worst_error(
            LayerCheck::real_rows(width, 2), [&](Pass& p) { return layer.forward(p, x, saved); },
            [&](Pass& p, ConstTensorView dy) {
              const Into dx = LayerCheck::fresh(p, width);
              layer.backward(p, saved, dy, dx);
              return dx.view;
            },
            &x) < gradient_bound);
}
