#include <catch2/catch.hpp>

#include "electra/layers/embeddings.h"
#include "electra/layers/encoder_block.h"
#include "layers/layer_check.h"

using namespace electra;
using namespace electra::test;

namespace {

constexpr Index width = 8;

/// dx in the arena, for a backward that overwrites it.
Into fresh(const Pass& pass, Index columns = width) {
  return {pass.tensor({LayerCheck::rows, columns}, DType::f64), Write::overwrite};
}

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
              const Into dx = fresh(p);
              layer.backward(p, saved, dy, dx);
              return dx.view;
            },
            &x) < gradient_bound);
}

TEST_CASE("gradients of a layer norm are central differences", "[layer_norm][law]") {
  LayerCheck check;
  const LayerNorm layer(check.scope(), {.width = width});
  check.begin();
  const HostTensor x = random_tensor({LayerCheck::rows, width}, DType::f64, 1);
  LayerNorm::Saved saved;
  CHECK(check.worst_error(
            LayerCheck::real_rows(width, 2), [&](Pass& p) { return layer.forward(p, x, saved); },
            [&](Pass& p, ConstTensorView dy) {
              const Into dx = fresh(p);
              layer.backward(p, saved, dy, dx);
              return dx.view;
            },
            &x) < gradient_bound);
}

TEST_CASE("gradients of the end of a sublayer are central differences", "[residual_norm][law]") {
  LayerCheck check;
  const Linear linear(check.scope() / "linear", {.in = width, .out = width});
  const ResidualNorm layer(check.scope(), {.width = width, .dropout = 0.3F});
  check.begin();
  const HostTensor x = random_tensor({LayerCheck::rows, width}, DType::f64, 1);
  Linear::Saved saved_linear;
  ResidualNorm::Saved saved;
  CHECK(check.worst_error(
            LayerCheck::real_rows(width, 2),
            [&](Pass& p) {
              return layer.forward(p, linear.product(p, x, saved_linear), linear.bias(), x, saved);
            },
            [&](Pass& p, ConstTensorView dy) {
              const TensorView dx = fresh(p).view;
              const ConstTensorView inner =
                  layer.backward(p, saved, dy, dx, linear.bias_gradient());
              linear.backward_weight(p, saved_linear, inner);
              linear.backward_input(p, inner, {dx, Write::add});
              return dx;
            },
            &x) < gradient_bound);
}

TEST_CASE("gradients of self-attention are central differences", "[self_attention][law]") {
  const Index heads = GENERATE(Index{1}, Index{2}, Index{4});
  CAPTURE(heads);
  LayerCheck check;
  const SelfAttention layer(check.scope(), {.hidden = width, .heads = heads, .dropout = 0.2F});
  check.begin();
  const HostTensor x = random_tensor({LayerCheck::rows, width}, DType::f64, 1);
  SelfAttention::Saved saved;
  CHECK(check.worst_error(
            LayerCheck::real_rows(width, 2), [&](Pass& p) { return layer.forward(p, x, saved); },
            [&](Pass& p, ConstTensorView dy) {
              const Into dx = fresh(p);
              layer.backward(p, saved, dy, dx);
              return dx.view;
            },
            &x) < gradient_bound);
}

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
              const Into dx = fresh(p);
              layer.backward(p, saved, dy, dx);
              return dx.view;
            },
            &x) < gradient_bound);
}

TEST_CASE("gradients of an encoder block are central differences", "[encoder_block][law]") {
  LayerCheck check;
  const EncoderBlock layer(check.scope(), {.hidden = width,
                                           .heads = 2,
                                           .intermediate = 12,
                                           .dropout = 0.2F,
                                           .attention_dropout = 0.1F,
                                           .layer = 3});
  check.begin();
  const HostTensor x = random_tensor({LayerCheck::rows, width}, DType::f64, 1);
  EncoderBlock::Saved saved;
  CHECK(check.worst_error(
            LayerCheck::real_rows(width, 2), [&](Pass& p) { return layer.forward(p, x, saved); },
            [&](Pass& p, ConstTensorView dy) {
              const TensorView dx = fresh(p).view;
              layer.backward(p, saved, dy, dx);
              return dx;
            },
            &x) < gradient_bound);
}

TEST_CASE("gradients of embeddings are central differences, projected or not",
          "[embeddings][law]") {
  const Index hidden = GENERATE(Index{8}, Index{12});
  CAPTURE(hidden);
  LayerCheck check;
  const EmbeddingTables tables(check.scope() / "tables",
                               {.vocabulary = 11, .positions = 6, .width = width});
  const Embeddings layer(tables, check.scope(), {.hidden = hidden, .dropout = 0.2F});
  check.begin();
  const Shape text{LayerCheck::batch, LayerCheck::length};
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
                               {.vocabulary = 11, .positions = 6, .width = width});
  const Embeddings one(tables, check.scope() / "one", {.hidden = width, .dropout = 0});
  const Embeddings two(tables, check.scope() / "two", {.hidden = width + 4, .dropout = 0});
  check.begin();
  const Shape text{LayerCheck::batch, LayerCheck::length};
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
