#include "electra/models/heads/token_head.h"

#include <catch2/catch.hpp>

#include "models/heads/head_check.h"

using namespace electra;
using namespace electra::test;

namespace {

constexpr float rate = 0.25F;

struct Case {
  explicit Case(Index outputs)
      : padded(padded_outputs(outputs)),
        head(check.scope() / "head", small_network(), {.outputs = outputs, .dropout = rate}) {
    check.begin();
  }

  [[nodiscard]] Rows expected(const Pass& pass) const {
    const Rows x = dropped(pass, rows_of(hidden.view()), 0, rate, pass.rows.length);
    return linear(check, "layer/head/output", x, padded);
  }

  Index padded;
  LayerCheck check;
  TokenHead head;
  HostTensor hidden = random_tensor({LayerCheck::rows, head_width}, DType::f64, 1);
  TokenHead::Saved saved;
};

}  // namespace

TEST_CASE("a token head is linear(dropout(h)) of every token, 0 in padded columns",
          "[token_head][law]") {
  for (const Index outputs : {1, 2, 3, 8, 9}) {
    CAPTURE(outputs);
    Case c(outputs);
    Pass pass = c.check.pass();
    const TensorView logits = c.head.forward(pass, c.hidden, c.saved);
    REQUIRE(logits.shape() == Shape{LayerCheck::rows, c.padded});
    CHECK(relative_error(logits, flat(c.expected(pass))) < 1e-14);
    for (const auto& row : rows_of(logits))
      for (auto i = static_cast<std::size_t>(outputs); i < row.size(); ++i) CHECK(row[i] == 0);
  }
}

TEST_CASE("gradients of a token head are central differences, those of padding 0",
          "[token_head][law]") {
  for (const Index outputs : {1, 2, 9}) {
    CAPTURE(outputs);
    Case c(outputs);
    HostTensor weights = logit_weights(LayerCheck::rows, c.padded, outputs, 2);
    const HostTensor real = LayerCheck::real_rows(c.padded, 3);  // 0 at padding
    for (Index i = 0; i < weights.size(); ++i)
      if (real[i] == 0) weights.set(i, 0);
    CHECK(c.check.worst_error(
              weights, [&](Pass& p) { return c.head.forward(p, c.hidden, c.saved); },
              [&](Pass& p, ConstTensorView dy) {
                const TensorView dx = LayerCheck::fresh(p, head_width).view;
                c.head.backward(p, c.saved, dy, dx);
                for (Index i = 0; i < dx.size(); ++i)
                  if (at(weights, i / head_width * c.padded) == 0) CHECK(at(dx, i) == 0);
                return dx;
              },
              &c.hidden) < gradient_bound);
    CHECK(gradient_of_padding(c.check) == 0);
  }
}

TEST_CASE("a token head drops nothing in inference, where it answers what it learned to",
          "[token_head][law]") {
  Case c(3);
  Pass pass = c.check.pass();
  pass.mode = Mode::inference;
  const TensorView logits = c.head.forward(pass, c.hidden, c.saved);
  CHECK(relative_error(logits, flat(c.expected(pass))) < 1e-14);
  CHECK(identical(c.head.answer(pass, c.hidden), logits));
}

TEST_CASE("what a token head drops of a token is the same in any batch and padding",
          "[token_head][law]") {
  Case c(3);
  Pass pass = c.check.pass();
  const Rows all = rows_of(c.head.forward(pass, c.hidden, c.saved));
  const Rows alone = second_alone(c.check, c.hidden, [&](Pass& p, TensorView hidden) {
    return c.head.forward(p, hidden, c.saved);
  });
  REQUIRE(alone.size() == LayerCheck::real[1]);
  for (std::size_t token = 0; token < alone.size(); ++token)
    CHECK(relative_error(alone[token], all[LayerCheck::length + token]) < 1e-14);
}
