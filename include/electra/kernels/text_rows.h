#pragma once

#include "electra/core/checker.h"
#include "electra/core/tensor.h"

namespace electra {

/// How the rows of a micro-batch's tensors belong to its texts (examples). Padded: every text has
/// `length` rows, one text behind the other, so that row = example * length + place; the first
/// lengths[example] of them are its tokens, the others padding. What is drawn (dropout, masks,
/// samples) is numbered by example and place, never by row.
struct TextRows {
  Index batch = 0;          // texts
  Index length = 0;         // rows of a text, padding included
  ConstTensorView lengths;  // [batch], i32, 0 to length: tokens of a text

  /// Of all texts: what contracts call `rows` in shapes.
  [[nodiscard]] Index count() const { return batch * length; }
  /// Throws ShapeError unless texts have rows and as many lengths are there.
  void check(const Checker& checker) const;
};

}  // namespace electra
