#pragma once

#include <catch2/catch.hpp>
#include <initializer_list>

#include "models/heads/head_check.h"

namespace electra::test {

/// What heads of labels keep to, whatever they are made of: one logit a label, by a linear layer
/// behind dropout, for each text ([CLS]) or each token.
inline constexpr float label_dropout = 0.25F;

/// A head of so many labels, and hidden states.
template <class H>
struct LabelHead {
  explicit LabelHead(Index outputs)
      : padded(padded_outputs(outputs)),
        head(check.scope() / "head", small_network(),
             {.outputs = outputs, .dropout = label_dropout}) {
    check.begin();
  }

  [[nodiscard]] TensorView forward(Pass& pass) { return head.forward(pass, hidden, saved); }

  Index padded;
  LayerCheck check;
  H head;
  HostTensor hidden = random_tensor({LayerCheck::rows, head_width}, DType::f64, 1);
  typename H::Saved saved;
};

/// What a head says, written out in f64.
template <class H>
using Formula = Rows (*)(const LabelHead<H>& of, const Pass& pass);

template <class H>
void check_formula(Formula<H> formula, Index rows) {
  for (const Index outputs : {1, 2, 3, 8, 9}) {
    CAPTURE(outputs);
    LabelHead<H> c(outputs);
    Pass pass = c.check.pass();
    const TensorView logits = c.forward(pass);
    REQUIRE(logits.shape() == Shape{rows, c.padded});
    CHECK(relative_error(logits, flat(formula(c, pass))) < 1e-14);
    for (const auto& row : rows_of(logits))
      for (auto i = static_cast<std::size_t>(outputs); i < row.size(); ++i) CHECK(row[i] == 0);
  }
}

template <class H>
void check_inference(Formula<H> formula) {
  LabelHead<H> c(3);
  Pass pass = c.check.pass();
  pass.mode = Mode::inference;
  const TensorView logits = c.forward(pass);
  CHECK(relative_error(logits, flat(formula(c, pass))) < 1e-14);
  CHECK(identical(c.head.answer(pass, c.hidden), logits));
}

/// Of a head on [CLS]: gradients are central differences, those of padding 0.
template <class H>
void check_gradients_at_cls() {
  for (const Index outputs : {1, 3, 9}) {
    CAPTURE(outputs);
    LabelHead<H> c(outputs);
    const HostTensor weights = logit_weights(LayerCheck::batch, c.padded, outputs, 2);
    CHECK(c.check.worst_error(
              weights, [&](Pass& p) { return c.forward(p); },
              [&](Pass& p, ConstTensorView dy) {
                const Into dx = LayerCheck::fresh(p, head_width);
                c.head.backward(p, c.saved, dy, dx);
                return dx.view;
              },
              &c.hidden) < gradient_bound);
    CHECK(gradient_of_padding(c.check) == 0);
  }
}

/// Of a head on [CLS]: it writes 0 where it took nothing, and adds where it is asked to.
template <class H>
void check_writes_at_cls() {
  LabelHead<H> c(3);
  const HostTensor dlogits = logit_weights(LayerCheck::batch, c.padded, 3, 2);
  Pass pass = c.check.pass();
  (void)c.forward(pass);
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

/// What is dropped of the batch's second text is the same when it is alone: `first` is the row of
/// the answer that is its first.
template <class H>
void check_same_alone(std::size_t first, std::size_t rows) {
  LabelHead<H> c(3);
  Pass pass = c.check.pass();
  const Rows all = rows_of(c.forward(pass));
  const Rows alone = second_alone(c.check, c.hidden, [&](Pass& p, TensorView hidden) {
    return c.head.forward(p, hidden, c.saved);
  });
  REQUIRE(alone.size() == rows);
  for (std::size_t row = 0; row < rows; ++row)
    CHECK(relative_error(alone[row], all[first + row]) < 1e-14);
}

}  // namespace electra::test
