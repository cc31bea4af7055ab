#include "electra/models/heads/pooled_class_head.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "electra/core/error.h"
#include "electra/models/heads/head_dropout.h"
#include "models/heads/head_check.h"

using namespace electra;
using namespace electra::test;

namespace {

/// A head of so many labe, and hidden states.
struct Pooled {
  explicit Pooled(Index labels)
      : padded(padded_outputs(labels)),
        head(check.scope() / "head", small_network(), {.outputs = labels}) {
    check.begin();
  }

  /// linear(tanh(dense(h))) of each text's first row, written out in f64.
  [[nodiscard]] Rows formula(const Pass& pass) const {
    const Rows first = first_rows(hidden, pass.rows);
    Rows pooled = linear(check, "layer/head/dense", first, head_width);
    for (auto& row : pooled)
      for (double& value : row) value = std::tanh(value);
    return linear(check, "layer/head/output", pooled, padded);
  }

  Index padded;
  LayerCheck check;
  PooledClassHead head;
  HostTensor hidden = random_tensor({LayerCheck::rows, head_width}, DType::f64, 1);
};

}  // namespace

TEST_CASE("a pooled class head is linear(tanh(dense(h))) at [CLS], 0 in padded columns",
          "[pooled_class_head][law]") {
  for (const Index labels : {1, 2, 3, 8, 9}) {
    CAPTURE(labels);
    Pooled c(labels);
    Pass pass = c.check.pass();
    const TensorView logits = c.head.answer(pass, c.hidden);
    REQUIRE(logits.shape() == Shape{LayerCheck::batch, c.padded});
    CHECK(relative_error(logits, flat(c.formula(pass))) < 1e-14);
    for (const auto& row : rows_of(logits))
      for (auto i = static_cast<std::size_t>(labels); i < row.size(); ++i) CHECK(row[i] == 0);
  }
}

TEST_CASE("a pooled class head drops nothing, whatever the pass is for", "[pooled_class_head]") {
  Pooled c(3);
  Pass training = c.check.pass();
  Pass inference = c.check.pass();
  inference.mode = Mode::inference;
  CHECK(identical(c.head.answer(training, c.hidden), c.head.answer(inference, c.hidden)));
}
