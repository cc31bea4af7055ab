#pragma once

#include <string_view>

#include "electra/core/context.h"
#include "electra/kernels/text_rows.h"

namespace electra {

/// Where an answer begins and ends: softmax cross-entropy over the tokens of each text, padding
/// left out, of column 0 against `starts` and of column 1 against `ends`;
/// loss = (loss of start + loss of end) / 2; dlogits = (softmax - onehot) * scale / 2. A text with
/// a negative start or end is not scored. A text with NaN has a loss and a gradient of NaN. Derived
/// in docs/math/span_loss.md.
struct SpanLoss {
  static constexpr std::string_view name = "span_loss";
  ConstTensorView logits;  // [rows, padded]: columns beyond the second are not read
  TextRows rows;
  ConstTensorView starts;  // [batch], i32: places in the text, below its length, or negative
  ConstTensorView ends;    // [batch], i32
  ConstTensorView scale;   // [1], wide: 1 over the texts of the step
  TensorView losses;       // [batch], wide
  TensorView right;        // [batch], i32: 1 if both largest logits, the first among equals, are
                           // where they should be, else 0; -1: not scored
  TensorView dlogits{};    // logits' shape and dtype; may be logits itself; absent: no gradient; 0
                           // at padding and in columns beyond the second

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const SpanLoss& kernel);
void run_on(CudaContext& context, const SpanLoss& kernel);

}  // namespace electra
