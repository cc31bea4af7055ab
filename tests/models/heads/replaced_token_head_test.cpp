#include "electra/models/heads/replaced_token_head.h"

#include <catch2/catch.hpp>

#include "layers/layer_check.h"
#include "models/small_network.h"

using namespace electra;
using namespace electra::test;

namespace {

constexpr Index width = small_network().hidden;

}  // namespace

TEST_CASE("gradients of the replaced-token head are central differences",
          "[replaced_token_head][law]") {
  const Gelu activation = GENERATE(Gelu::erf, Gelu::tanh);
  LayerCheck check;
  NetworkConfig config = small_network();
  config.activation = activation;
  const EmbeddingTables tables(check.scope() / "tables", config);
  const ReplacedTokenHead head(tables, check.scope() / "head", config);
  check.begin();
  const HostTensor hidden = random_tensor({LayerCheck::rows, width}, DType::f64, 1);
  const HostTensor column = LayerCheck::real_rows(1, 2);
  const HostTensor weights({LayerCheck::rows}, DType::f64, column.values());
  ReplacedTokenHead::Saved saved;
  CHECK(check.worst_error(
            weights, [&](Pass& p) { return head.forward(p, hidden, saved); },
            [&](Pass& p, ConstTensorView dy) {
              const TensorView dhidden = p.tensor({LayerCheck::rows, width}, DType::f64);
              head.backward(p, saved, dy, {dhidden, Write::overwrite});
              return dhidden;
            },
            &hidden) < gradient_bound);
}
