#include "electra/layers/embeddings.h"

#include <catch2/catch.hpp>

#include "layers/layer_check.h"

using namespace electra;
using namespace electra::test;

namespace {

constexpr Index width = 8;

}  // namespace

TEST_CASE("gradients of embeddings are central differences, projected or not",
          "[embeddings][law]") {
  const Index hidden = GENERATE(Index{8}, Index{12});
  CAPTURE(hidden);
  LayerCheck check;
  const EmbeddingTables tables(check.scope() / "tables",
                               {.vocabulary = 11, .embedding = width, .positions = 6});
  const Embeddings layer(tables, check.scope(), {.hidden = hidden, .dropout = 0.2F});
  check.begin();
  const Shape text{LayerCheck::rows};
  const HostTensor ids = random_integers(text, 11, 5);
  const HostTensor types = random_integers(text, 2, 6);
  Embeddings::Saved saved;
  CHECK(check.worst_error(
            LayerCheck::real_rows(hidden, 2),
            [&](Pass& p) { return layer.forward(p, ids, types, saved); },
            [&](Pass& p, ConstTensorView dy) {
              layer.backward(p, saved, dy);
              return ConstTensorView{};
            }) < gradient_bound);
}

TEST_CASE("gradients of two users of the same tables add", "[embeddings][law]") {
  LayerCheck check;
  const EmbeddingTables tables(check.scope() / "tables",
                               {.vocabulary = 11, .embedding = width, .positions = 6});
  const Embeddings one(tables, check.scope() / "one", {.hidden = width, .dropout = 0});
  const Embeddings two(tables, check.scope() / "two", {.hidden = width + 4, .dropout = 0});
  check.begin();
  const Shape text{LayerCheck::rows};
  const HostTensor ids = random_integers(text, 11, 5);
  const HostTensor other = random_integers(text, 11, 7);
  const HostTensor types = random_integers(text, 2, 6);
  const HostTensor dy_one = LayerCheck::real_rows(width, 2);
  const HostTensor dy_two = LayerCheck::real_rows(width + 4, 3);
  const auto gradients = [&](bool with_one, bool with_two) {
    check.store.zero_gradients();
    Pass p = check.pass();
    Embeddings::Saved saved_one, saved_two;
    (void)one.forward(p, ids, types, saved_one);
    (void)two.forward(p, other, types, saved_two);
    if (with_one) one.backward(p, saved_one, dy_one);
    if (with_two) two.backward(p, saved_two, dy_two);
    return values(tables.word().gradient);
  };
  const std::vector<double> first = gradients(true, false);
  const std::vector<double> second = gradients(false, true);
  std::vector<double> sum;
  for (std::size_t i = 0; i < first.size(); ++i) sum.push_back(first[i] + second[i]);
  CHECK(relative_error(gradients(true, true), sum) < 1e-14);
}
