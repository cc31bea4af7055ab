#include "electra/kernels/replaced_token_loss.h"

#include <catch2/catch.hpp>

#include "support/twin.h"

namespace electra {
namespace {

using test::HostTensor;
using test::Twin;
using test::unit;

}  // namespace

TEST_CASE("the replaced-token loss on a GPU agrees with the CPU's",
          "[cuda][kernel][replaced_token_loss]") {
  const bool with_gradient = GENERATE(true, false);
  const Index length = 130, batch = 4;
  const HostTensor logits = test::random_tensor({batch * length}, DType::f32, 8, 20);
  const HostTensor labels = test::random_integers({batch * length}, 2, 9);
  const HostTensor lengths({batch}, DType::i32, {130, 3, 0, 1});
  const HostTensor scale({1}, DType::f32, {0.02});
  const HostTensor losses({batch * length}, DType::f32), dlogits({batch * length}, DType::f32);
  Twin loss([&](auto at) {
    return ReplacedTokenLoss{.logits = at(logits),
                             .labels = at(labels),
                             .rows = {batch, length, at(lengths)},
                             .scale = at(scale),
                             .losses = at(losses),
                             .dlogits = with_gradient ? at(dlogits) : TensorView{}};
  });
  CHECK(loss.error(losses) < 2 * unit(DType::f32));
  if (with_gradient) CHECK(loss.error(dlogits, 0.02) < 2 * unit(DType::f32));
}

}  // namespace electra
