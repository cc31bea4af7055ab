#include "electra/layers/encoder_block.h"

#include <catch2/catch.hpp>

#include "layers/layer_check.h"

using namespace electra;
using namespace electra::test;

namespace {

constexpr Index width = 8;

}  // namespace

TEST_CASE("gradients of an encoder block are central differences", "[encoder_block][law]") {
  LayerCheck check;
  const EncoderBlock layer(
      check.scope(),
      {.hidden = width, .heads = 2, .intermediate = 12, .dropout = 0.2F, .attention_dropout = 0.1F},
      3);
  check.begin();
  const HostTensor x = random_tensor({LayerCheck::rows, width}, DType::f64, 1);
  EncoderBlock::Saved saved;
  CHECK(check.worst_error(
            LayerCheck::real_rows(width, 2), [&](Pass& p) { return layer.forward(p, x, saved); },
            [&](Pass& p, ConstTensorView dy) {
              const TensorView dx = LayerCheck::fresh(p, width).view;
              layer.backward(p, saved, dy, dx);
              return dx;
            },
            &x) < gradient_bound);
}
