#pragma once

#include "electra/core/checker.h"
#include "electra/core/tensor.h"

namespace electra {

/// How the rows of a micro-batch's tensors belong to its texts (examples), which lie one behind the
/// other. Padded: every text has `length` rows, so that row = example * length + place; the first
/// lengths[example] of them are its tokens, the others padding. Packed: a text has one row for each
/// of its tokens and no padding, so that row = starts[example] + place. What is drawn (dropout,
/// masks, samples) is numbered by example and place, never by row: the same in both forms.
struct TextRows {
  Index batch = 0;           // texts
  Index length = 0;          // padded: rows of a text; packed: at least those of the longest
  ConstTensorView lengths;   // [batch], i32, 0 to length: tokens of a text
  ConstTensorView starts{};  // packed: [batch + 1], i32: the first row of each text, then all rows
  ConstTensorView texts{};   // packed: [rows], i32: the text of each row

  [[nodiscard]] bool packed() const { return static_cast<bool>(starts); }
  /// Of all texts: what contracts call `rows` in shapes.
  [[nodiscard]] Index count() const { return packed() ? texts.size() : batch * length; }
  /// Throws ShapeError unless texts have rows and as many lengths are there; in the packed form,
  /// unless starts and texts of rows are there too and, in memory that the host can read, agree
  /// with the lengths.
  void check(const Checker& checker) const;
};

}  // namespace electra
