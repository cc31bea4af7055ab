#pragma once

#include <string_view>

#include "electra/core/context.h"

namespace electra {

/// y = softmax(scale * x) over the first lengths[b] keys of each row; 0 at the other keys and in
/// rows (queries) at or beyond the length. The unfused path, and what fused attention is held to.
struct MaskedSoftmaxForward {
  static constexpr std::string_view name = "masked_softmax_forward";
  ConstTensorView x;        // [batch, heads, length, length]
  ConstTensorView lengths;  // [batch], i32, 0 to length
  TensorView y;             // x's shape and dtype; may be x itself
  float scale = 1;

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const MaskedSoftmaxForward& kernel);
void run_on(CudaContext& context, const MaskedSoftmaxForward& kernel);

/// dx = scale * y * (dy - sum(dy * y)). Derived in docs/math/softmax.md.
struct MaskedSoftmaxBackward {
  static constexpr std::string_view name = "masked_softmax_backward";
  ConstTensorView dy;       // [batch, heads, length, length]
  ConstTensorView y;        // what the forward wrote
  ConstTensorView lengths;  // [batch], i32
  TensorView dx;            // dy's shape and dtype; may be dy itself
  float scale = 1;

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const MaskedSoftmaxBackward& kernel);
void run_on(CudaContext& context, const MaskedSoftmaxBackward& kernel);

}  // namespace electra
