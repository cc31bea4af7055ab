#pragma once

#include <string_view>

#include "electra/core/context.h"

namespace electra {

/// The head's one output unit: y = x weight + bias, kept wide.
struct ScoreForward {
  static constexpr std::string_view name = "score_forward";
  ConstTensorView x;       // [rows, width]
  ConstTensorView weight;  // [1, width], x's dtype
  ConstTensorView bias;    // [1], wide
  TensorView y;            // [rows], wide

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const ScoreForward& kernel);
void run_on(CudaContext& context, const ScoreForward& kernel);

/// dx = dy weight; dweight += dy^T x; dbias += sum dy. Derived in docs/math/replaced_token_loss.md.
struct ScoreBackward {
  static constexpr std::string_view name = "score_backward";
  ConstTensorView dy;      // [rows], wide
  ConstTensorView x;       // [rows, width]
  ConstTensorView weight;  // [1, width], x's dtype
  Into dx;                 // [rows, width], x's dtype
  TensorView dweight;      // [1, width], wide, added to
  TensorView dbias;        // [1], wide, added to

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const ScoreBackward& kernel);
void run_on(CudaContext& context, const ScoreBackward& kernel);

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
