#include "electra/models/encoder.h"

#include <catch2/catch.hpp>

#include "layers/layer_check.h"
#include "models/small_network.h"

using namespace electra;
using namespace electra::test;

namespace {

constexpr Index width = small_network().hidden;
constexpr Index vocabulary = small_network().vocabulary;

}  // namespace

TEST_CASE("gradients of an encoder are central differences", "[encoder][law]") {
  LayerCheck check;
  NetworkConfig config = small_network();
  config.dropout = 0.2F;
  config.attention_dropout = 0.1F;
  const EmbeddingTables tables(check.scope() / "tables", config);
  const Encoder encoder(tables, check.scope() / "encoder", config);
  check.begin();
  const Shape text{LayerCheck::rows};
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

TEST_CASE("what an encoder says of a sequence depends on no other and on no padding",
          "[encoder][law]") {
  LayerCheck check;
  const EmbeddingTables tables(check.scope() / "tables", small_network());
  const Encoder encoder(tables, check.scope() / "encoder", small_network());
  check.begin();
  const Shape text{LayerCheck::rows};
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

TEST_CASE("inference says what training says, and of the arena keeps two tensors",
          "[encoder][law]") {
  const auto outcome = [](Mode mode, Index layers) {
    LayerCheck check;
    NetworkConfig config = small_network();
    config.layers = layers;
    const EmbeddingTables tables(check.scope() / "tables", config);
    const Encoder encoder(tables, check.scope() / "encoder", config);
    check.begin();
    const Shape text{LayerCheck::rows};
    const HostTensor ids = random_integers(text, vocabulary, 5);
    const HostTensor types = random_integers(text, 2, 6);
    Pass p = check.pass();
    p.mode = mode;
    Encoder::Saved saved;
    const std::vector<double> y = values(encoder.forward(p, ids, types, saved));
    return std::pair(y, check.arena.peak());
  };
  const auto [trained, trained_bytes] = outcome(Mode::training, 6);
  const auto [inferred, bytes] = outcome(Mode::inference, 6);
  CHECK(inferred == trained);
  CHECK(bytes == outcome(Mode::inference, 2).second);
  CHECK(bytes < trained_bytes);
}
