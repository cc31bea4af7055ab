#include "electra/models/heads/linear_class_head.h"

#include <catch2/catch.hpp>

#include "models/heads/label_head_check.h"

using namespace electra;
using namespace electra::test;

namespace {

Rows formula(const LabelHead<LinearClassHead>& of, const Pass& pass) {
  const Rows first = dropped(pass, first_rows(of.hidden, pass.rows), 0, label_dropout, 1);
  return linear(of.check, "layer/head/output", first, of.padded);
}

}  // namespace

TEST_CASE("a linear class head is linear(dropout(h)) at [CLS], 0 in padded columns",
          "[linear_class_head][law]") {
  check_formula<LinearClassHead>(formula, LayerCheck::batch);
}

TEST_CASE("gradients of a linear class head are central differences, those of padding 0",
          "[linear_class_head][law]") {
  check_gradients_at_cls<LinearClassHead>();
}

TEST_CASE("a linear class head writes 0 where it took nothing, and adds where it is asked to",
          "[linear_class_head]") {
  check_writes_at_cls<LinearClassHead>();
}

TEST_CASE("a linear class head drops nothing in inference, where it answers what it learned to",
          "[linear_class_head][law]") {
  check_inference<LinearClassHead>(formula);
}

TEST_CASE("what a linear class head drops of a text is the same in any batch",
          "[linear_class_head][law]") {
  check_same_alone<LinearClassHead>(1, 1);
}
