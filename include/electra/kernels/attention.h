#pragma once

#include <string_view>

#include "electra/core/context.h"
#include "electra/core/random.h"
#include "electra/kernels/text_rows.h"

namespace electra {

/// Multi-head self-attention with key padding and dropout of the probabilities:
/// out = dropout(softmax(q k^T / sqrt(head width))) v, for each head by itself.
/// Keys at or beyond a text's length are skipped; rows there have output 0. Dropout is numbered as
/// docs/math/attention.md says, so that no mask is stored.
struct AttentionForward {
  static constexpr std::string_view name = "attention_forward";
  ConstTensorView qkv;     // [rows, 3 * hidden]: queries, keys, values, head by head
  TextRows rows;           // with dropout, length is at most 512
  TensorView out;          // [rows, hidden], qkv's dtype
  TensorView log_sum_exp;  // [batch, heads, length], wide: of the scaled scores; 0 behind a text
  Index heads = 1;         // divides hidden
  float dropout = 0;
  RandomKey random{};  // needed if dropout > 0

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const AttentionForward& kernel);
void run_on(CudaContext& context, const AttentionForward& kernel);

/// The gradient of qkv; scores and probabilities are computed again. With P the probabilities,
/// M = keep * scale, D = rowsum(dout * out): dv = (P M)^T dout; dP = M (dout v^T);
/// dS = P (dP - D) / sqrt(head width); dq = dS k; dk = dS^T q. Derived in docs/math/attention.md.
struct AttentionBackward {
  static constexpr std::string_view name = "attention_backward";
  ConstTensorView dout;         // [rows, hidden]
  ConstTensorView qkv;          // [rows, 3 * hidden], dout's dtype
  ConstTensorView out;          // [rows, hidden]
  ConstTensorView log_sum_exp;  // [batch, heads, length], wide
  TextRows rows;
  TensorView dqkv;  // [rows, 3 * hidden], overwritten; 0 at padding
  Index heads = 1;
  float dropout = 0;
  RandomKey random{};

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const AttentionBackward& kernel);
void run_on(CudaContext& context, const AttentionBackward& kernel);

}  // namespace electra
