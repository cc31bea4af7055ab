#include "electra/models/heads/class_head.h"

#include <catch2/catch.hpp>

#include "models/heads/label_head_check.h"

using namespace electra;
using namespace electra::test;

namespace {

Rows formula(const LabelHead<ClassHead>& of, const Pass& pass) {
  const Rows first = dropped(pass, first_rows(of.hidden, pass.rows), 0, label_dropout, 1);
  const Rows activated = gelu(linear(of.check, "layer/head/dense", first, head_width));
  return linear(of.check, "layer/head/output", dropped(pass, activated, 1, label_dropout, 1),
                of.padded);
}

}  // namespace

TEST_CASE("a class head is linear(dropout(gelu(dense(dropout(h))))) at [CLS], 0 in padded columns",
          "[class_head][law]") {
  check_formula<ClassHead>(formula, LayerCheck::batch);
}

TEST_CASE("gradients of a class head are central differences, those of padding 0",
          "[class_head][law]") {
  check_gradients_at_cls<ClassHead>();
}

TEST_CASE("a class head writes 0 where it took nothing, and adds where it is asked to",
          "[class_head]") {
  check_writes_at_cls<ClassHead>();
}

TEST_CASE("a class head drops nothing in inference, where it answers what it learned to",
          "[class_head][law]") {
  check_inference<ClassHead>(formula);
}

TEST_CASE("what a class head drops of a text is the same in any batch", "[class_head][law]") {
  check_same_alone<ClassHead>(1, 1);
}
