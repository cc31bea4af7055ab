#include "electra/models/heads/mlm_head.h"

#include <catch2/catch.hpp>

#include "layers/layer_check.h"
#include "models/small_network.h"

using namespace electra;
using namespace electra::test;

namespace {

constexpr Index width = small_network().hidden;
constexpr Index vocabulary = small_network().vocabulary;

}  // namespace

TEST_CASE("gradients of the MLM head are central differences", "[mlm_head][law]") {
  constexpr Index capacity = 4;
  constexpr std::int32_t count = 3;
  LayerCheck check;
  const EmbeddingTables tables(check.scope() / "tables", small_network());
  const MlmHead head(tables, check.scope() / "head", small_network());
  check.begin();
  const HostTensor hidden = random_tensor({LayerCheck::rows, width}, DType::f64, 1);
  const HostTensor positions({capacity}, DType::i32, {1, 4, 6, 0});
  const HostTensor counted({1}, DType::i32, {double{count}});
  const MaskedPositions masked{.positions = positions.view(), .count = counted.view()};
  const Index columns = padded_vocabulary(vocabulary);
  HostTensor weights = random_tensor({capacity, columns}, DType::f64, 2);
  for (Index i = 0; i < weights.size(); ++i)
    if (i / columns >= count || i % columns >= vocabulary) weights.set(i, 0);
  MlmHead::Saved saved;
  CHECK(check.worst_error(
            weights, [&](Pass& p) { return head.forward(p, hidden, masked, saved); },
            [&](Pass& p, ConstTensorView dy) {
              const TensorView dhidden = p.tensor({LayerCheck::rows, width}, DType::f64);
              head.backward(p, saved, dy, {dhidden, Write::overwrite});
              return dhidden;
            },
            &hidden) < gradient_bound);
}
