#include "electra/models/heads/class_head.h"

#include <catch2/catch.hpp>

#include "models/heads/head_check.h"

using namespace electra;
using namespace electra::test;

namespace {

constexpr float rate = 0.25F;

/// The head with so many labels, hidden states, and its formula.
struct Case {
  explicit Case(Index outputs)
      : padded(padded_outputs(outputs)),
        head(check.scope() / "head", small_network(), {.outputs = outputs, .dropout = rate}) {
    check.begin();
  }

  [[nodiscard]] Rows expected(const Pass& pass) const {
    const Rows first = dropped(pass, first_rows(hidden, pass.rows), 0, rate, 1);
    const Rows activated = gelu(linear(check, "layer/head/dense", first, head_width));
    return linear(check, "layer/head/output", dropped(pass, activated, 1, rate, 1), padded);
  }

  Index padded;
  LayerCheck check;
  ClassHead head;
  HostTensor hidden = random_tensor({LayerCheck::rows, head_width}, DType::f64, 1);
  ClassHead::Saved saved;
};

}  // namespace

TEST_CASE("a class head is linear(dropout(gelu(dense(dropout(h))))) at [CLS], 0 in padded columns",
          "[class_head][law]") {
  for (const Index outputs : {1, 2, 3, 8, 9}) {
    CAPTURE(outputs);
    Case c(outputs);
    Pass pass = c.check.pass();
    const TensorView logits = c.head.forward(pass, c.hidden, c.saved);
    REQUIRE(logits.shape() == Shape{LayerCheck::batch, c.padded});
    CHECK(relative_error(logits, flat(c.expected(pass))) < 1e-14);
    for (const auto& row : rows_of(logits))
      for (auto i = static_cast<std::size_t>(outputs); i < row.size(); ++i) CHECK(row[i] == 0);
  }
}

TEST_CASE("gradients of a class head are central differences, those of padding 0",
          "[class_head][law]") {
  for (const Index outputs : {1, 3, 9}) {
    CAPTURE(outputs);
    Case c(outputs);
    const HostTensor weights = logit_weights(LayerCheck::batch, c.padded, outputs, 2);
    CHECK(c.check.worst_error(
              weights, [&](Pass& p) { return c.head.forward(p, c.hidden, c.saved); },
              [&](Pass& p, ConstTensorView dy) {
                const Into dx = LayerCheck::fresh(p, head_width);
                c.head.backward(p, c.saved, dy, dx);
                return dx.view;
              },
              &c.hidden) < gradient_bound);
    CHECK(gradient_of_padding(c.check) == 0);
  }
}

TEST_CASE("a class head writes 0 where it took nothing, and adds where it is asked to",
          "[class_head]") {
  Case c(3);
  const HostTensor dlogits = logit_weights(LayerCheck::batch, c.padded, 3, 2);
  Pass pass = c.check.pass();
  (void)c.head.forward(pass, c.hidden, c.saved);
  const TensorView written = LayerCheck::fresh(pass, head_width).view;
  c.head.backward(pass, c.saved, dlogits, {written, Write::overwrite});
  HostTensor added({LayerCheck::rows, head_width}, DType::f64);
  added.fill(2);
  c.head.backward(pass, c.saved, dlogits, {added, Write::add});
  for (Index i = 0; i < added.size(); ++i) {
    if (i / head_width % LayerCheck::length != 0) CHECK(at(written, i) == 0);
    CHECK(added[i] == Approx(2 + at(written, i)));
  }
}

TEST_CASE("a class head drops nothing in inference, where it answers what it learned to",
          "[class_head][law]") {
  Case c(3);
  Pass pass = c.check.pass();
  pass.mode = Mode::inference;
  const TensorView logits = c.head.forward(pass, c.hidden, c.saved);
  CHECK(relative_error(logits, flat(c.expected(pass))) < 1e-14);
  CHECK(identical(c.head.answer(pass, c.hidden), logits));
}

TEST_CASE("what a class head drops of a text is the same in any batch", "[class_head][law]") {
  Case c(3);
  Pass pass = c.check.pass();
  const Rows all = rows_of(c.head.forward(pass, c.hidden, c.saved));
  const Rows alone = second_alone(c.check, c.hidden, [&](Pass& p, TensorView hidden) {
    return c.head.forward(p, hidden, c.saved);
  });
  CHECK(relative_error(alone[0], all[1]) < 1e-14);
}
