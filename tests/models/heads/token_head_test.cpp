#include "electra/models/heads/token_head.h"

#include <catch2/catch.hpp>

#include "models/heads/label_head_check.h"

using namespace electra;
using namespace electra::test;

namespace {

Rows formula(const LabelHead<TokenHead>& of, const Pass& pass) {
  const Rows x = dropped(pass, rows_of(of.hidden.view()), 0, label_dropout, pass.rows.length);
  return linear(of.check, "layer/head/output", x, of.padded);
}

}  // namespace

TEST_CASE("a token head is linear(dropout(h)) of every token, 0 in padded columns",
          "[token_head][law]") {
  check_formula<TokenHead>(formula, LayerCheck::rows);
}

TEST_CASE("gradients of a token head are central differences, those of padding 0",
          "[token_head][law]") {
  for (const Index outputs : {1, 2, 9}) {
    CAPTURE(outputs);
    LabelHead<TokenHead> c(outputs);
    HostTensor weights = logit_weights(LayerCheck::rows, c.padded, outputs, 2);
    const HostTensor real = LayerCheck::real_rows(c.padded, 3);  // 0 at padding
    for (Index i = 0; i < weights.size(); ++i)
      if (real[i] == 0) weights.set(i, 0);
    CHECK(c.check.worst_error(
              weights, [&](Pass& p) { return c.forward(p); },
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
  check_inference<TokenHead>(formula);
}

TEST_CASE("what a token head drops of a token is the same in any batch and padding",
          "[token_head][law]") {
  check_same_alone<TokenHead>(LayerCheck::length, LayerCheck::real[1]);
}
