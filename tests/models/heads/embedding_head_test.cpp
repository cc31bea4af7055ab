#include "electra/models/heads/embedding_head.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "models/heads/head_check.h"

using namespace electra;
using namespace electra::test;

namespace {

/// Mean, first or largest of a text's tokens, its padding left out.
Rows pooled(const HostTensor& hidden, Pooling pooling) {
  const Rows all = rows_of(hidden.view());
  Rows vectors;
  for (std::size_t text = 0; text < LayerCheck::batch; ++text) {
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(text) * LayerCheck::length;
    const Rows tokens(first, first + LayerCheck::real[text]);
    std::vector<double>& vector = vectors.emplace_back(tokens[0]);
    for (std::size_t column = 0; column < vector.size(); ++column)
      for (std::size_t token = 1; token < tokens.size(); ++token) {
        const double value = tokens[token][column];
        if (pooling == Pooling::mean) vector[column] += value;
        if (pooling == Pooling::max) vector[column] = std::max(vector[column], value);
      }
    if (pooling == Pooling::mean)
      for (double& value : vector) value /= static_cast<double>(tokens.size());
  }
  return vectors;
}

Rows of_length_one(Rows vectors) {
  for (auto& vector : vectors) {
    double squares = 0;
    for (const double value : vector) squares += value * value;
    for (double& value : vector) value /= std::sqrt(squares);
  }
  return vectors;
}

struct Case {
  explicit Case(const HeadConfig& config) : head(check.scope() / "head", small_network(), config) {
    check.begin();
  }

  LayerCheck check;
  EmbeddingHead head;
  HostTensor hidden = random_tensor({LayerCheck::rows, head_width}, DType::f64, 1);
  EmbeddingHead::Saved saved;
};

}  // namespace

TEST_CASE("an embedding head pools a text's tokens and gives the vector length 1 if asked to",
          "[embedding_head][law]") {
  for (const Pooling pooling : {Pooling::cls, Pooling::mean, Pooling::max})
    for (const bool normalise : {false, true}) {
      CAPTURE(static_cast<int>(pooling), normalise);
      Case c({.pooling = pooling, .normalise = normalise});
      const Rows plain = pooled(c.hidden, pooling);
      const std::vector<double> expected = flat(normalise ? of_length_one(plain) : plain);
      for (const Mode mode : {Mode::training, Mode::inference}) {
        Pass pass = c.check.pass();
        pass.mode = mode;
        CHECK(relative_error(c.head.forward(pass, c.hidden, c.saved), expected) < 1e-14);
        CHECK(relative_error(c.head.answer(pass, c.hidden), expected) < 1e-14);
      }
    }
}

TEST_CASE("gradients of an embedding head are central differences, 0 at padding",
          "[embedding_head][law]") {
  for (const Pooling pooling : {Pooling::cls, Pooling::mean, Pooling::max})
    for (const bool normalise : {false, true}) {
      CAPTURE(static_cast<int>(pooling), normalise);
      Case c({.pooling = pooling, .normalise = normalise});
      const HostTensor weights = random_tensor({LayerCheck::batch, head_width}, DType::f64, 2);
      CHECK(c.check.worst_error(
                weights, [&](Pass& p) { return c.head.forward(p, c.hidden, c.saved); },
                [&](Pass& p, ConstTensorView dy) {
                  const TensorView dvectors = p.tensor(dy.shape(), DType::f64);
                  p.context.copy(dy, dvectors);
                  const Into dx = LayerCheck::fresh(p, head_width);
                  c.head.backward(p, c.saved, dvectors, dx);
                  for (Index row = 0; row < LayerCheck::rows; ++row)
                    if (row % LayerCheck::length >=
                        LayerCheck::real[static_cast<std::size_t>(row / LayerCheck::length)])
                      CHECK(at(dx.view, row * head_width) == 0);
                  return dx.view;
                },
                &c.hidden) < gradient_bound);
    }
}

TEST_CASE("a text's vector does not depend on its batch or padding", "[embedding_head][law]") {
  const Pooling pooling = GENERATE(Pooling::cls, Pooling::mean, Pooling::max);
  Case c({.pooling = pooling});
  Pass pass = c.check.pass();
  const Rows all = rows_of(c.head.forward(pass, c.hidden, c.saved));
  const Rows alone = second_alone(c.check, c.hidden, [&](Pass& p, TensorView hidden) {
    return c.head.forward(p, hidden, c.saved);
  });
  CHECK(relative_error(alone[0], all[1]) < 1e-14);
}
