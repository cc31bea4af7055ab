#pragma once

#include <string_view>

#include "electra/core/context.h"
#include "electra/kernels/text_rows.h"

namespace electra {

/// Binary cross-entropy on logits, over the tokens, not the padding:
/// loss = max(z, 0) - z label + log1p(exp(-|z|)); dlogits = (sigmoid(z) - label) * scale; both 0 at
/// padding. Derived in docs/math/replaced_token_loss.md.
struct ReplacedTokenLoss {
  static constexpr std::string_view name = "replaced_token_loss";
  ConstTensorView logits;  // [rows], wide
  ConstTensorView labels;  // [rows], i32, 0 or 1
  TextRows rows;
  ConstTensorView scale;  // [1], logits' dtype: loss weight over the tokens of the step
  TensorView losses;      // [rows], logits' dtype
  TensorView dlogits{};   // [rows], logits' dtype; absent: no gradient

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const ReplacedTokenLoss& kernel);
void run_on(CudaContext& context, const ReplacedTokenLoss& kernel);

}  // namespace electra
