#pragma once

#include <string_view>

#include "electra/core/context.h"

namespace electra {

/// norm = sqrt(sum gradient^2); scale = min(1, clip_norm / norm); finite = 1 if the norm is finite
/// and nothing raised `non_finite`, else 0 (then scale is 0). clip_norm 0 does not clip.
struct GradientNorm {
  static constexpr std::string_view name = "gradient_norm";
  ConstTensorView gradient;    // [size], wide
  ConstTensorView non_finite;  // [1], i32, raised by kernels of the step
  TensorView norm;             // [1], wide
  TensorView scale;            // [1], wide
  TensorView finite;           // [1], i32
  float clip_norm = 1;

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const GradientNorm& kernel);
void run_on(CudaContext& context, const GradientNorm& kernel);

}  // namespace electra
