#include <catch2/catch.hpp>

#include "electra/models/encoder.h"
#include "electra/models/heads.h"
#include "layers/layer_check.h"

using namespace electra;
using namespace electra::test;

namespace {

constexpr Index width = 8;
constexpr Index vocabulary = 11;

EmbeddingTables::Config table_config() {
  return {.vocabulary = vocabulary, .positions = 6, .width = 6};
}

}  // namespace

TEST_CASE("gradients of an encoder are central differences", "[encoder][law]") {
  LayerCheck check;
  const EmbeddingTables tables(check.scope() / "tables", table_config());
  const Encoder encoder(tables, check.scope() / "encoder",
                        {.hidden = width,
                         .layers = 2,
                         .heads = 2,
                         .intermediate = 10,
                         .dropout = 0.2F,
                         .attention_dropout = 0.1F});
  check.begin();
  const Shape text{LayerCheck::batch, LayerCheck::length};
  const HostTensor ids = random_integers(text, vocabulary, 5);
  const HostTensor types = random_integers(text, 2, 6);
  Encoder::Saved saved;
  CHECK(check.worst_error(
            LayerCheck::real_rows(width, 2),
            [&](Pass& p) {
              saved = {};
              return encoder.forward(p, ids, types, saved);
            },
            [&](Pass& p, ConstTensorView dy) {
              const TensorView work = p.tensor(dy.shape(), DType::f64);
              p.context.copy(dy, work);
              encoder.backward(p, saved, work);
              return ConstTensorView{};
            }) < gradient_bound);
}

TEST_CASE("gradients of the MLM head are central differences", "[mlm_head][law]") {
  constexpr Index capacity = 4;
  constexpr std::int32_t count = 3;
  LayerCheck check;
  const EmbeddingTables tables(check.scope() / "tables", table_config());
  const MlmHead head(tables, check.scope() / "head", {.hidden = width});
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

TEST_CASE("gradients of the replaced-token head are central differences",
          "[replaced_token_head][law]") {
  const Gelu activation = GENERATE(Gelu::erf, Gelu::tanh);
  LayerCheck check;
  const ReplacedTokenHead head(check.scope(), {.hidden = width, .activation = activation});
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

TEST_CASE("what an encoder says of a sequence depends on no other and on no padding",
          "[encoder][law]") {
  LayerCheck check;
  const EmbeddingTables tables(check.scope() / "tables", table_config());
  const Encoder encoder(tables, check.scope() / "encoder",
                        {.hidden = width, .layers = 2, .heads = 2, .intermediate = 10});
  check.begin();
  const Shape text{LayerCheck::batch, LayerCheck::length};
  HostTensor ids = random_integers(text, vocabulary, 5);
  const HostTensor types = random_integers(text, 2, 6);
  const auto second_sequence = [&] {
    Pass p = check.pass();
    Encoder::Saved saved;
    const TensorView y = encoder.forward(p, ids, types, saved);
    std::vector<double> real;
    for (Index i = LayerCheck::length * width; i < (LayerCheck::length + 3) * width; ++i)
      real.push_back(at(y, i));
    return real;
  };
  const std::vector<double> before = second_sequence();
  for (Index i = 0; i < ids.size(); ++i)
    if (i < LayerCheck::length || i >= LayerCheck::length + 3)
      ids.set(i, (ids[i] + 1 < vocabulary) ? ids[i] + 1 : 0);
  CHECK(relative_error(second_sequence(), before) < 1e-14);
}
