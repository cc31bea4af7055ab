#pragma once

#include <string_view>

#include "electra/core/context.h"

namespace electra {

/// Binary cross-entropy on logits, over the tokens before each length:
/// loss = max(z, 0) - z label + log1p(exp(-|z|)); dlogits = (sigmoid(z) - label) * scale; both 0 at
/// padding. Derived in docs/math/replaced_token_loss.md.
struct ReplacedTokenLoss {
  static constexpr std::string_view name = "replaced_token_loss";
  ConstTensorView logits;   // [batch, length], wide
  ConstTensorView labels;   // [batch, length], i32, 0 or 1
  ConstTensorView lengths;  // [batch], i32
  ConstTensorView scale;    // [1], logits' dtype: loss weight over the tokens of the step
  TensorView losses;        // [batch, length], logits' dtype
  TensorView dlogits{};     // [batch, length], logits' dtype; absent: no gradient

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const ReplacedTokenLoss& kernel);
void run_on(CudaContext& context, const ReplacedTokenLoss& kernel);

}  // namespace electra
