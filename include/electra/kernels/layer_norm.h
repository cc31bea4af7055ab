#pragma once

#include <string_view>

#include "electra/core/context.h"

namespace electra {

/// y = (x - mean) * rstd * gain + bias over the last axis. Keeps mean and rstd for the backward;
/// the variance is the mean of the squared deviations from the mean.
struct LayerNormForward {
  static constexpr std::string_view name = "layer_norm_forward";
  ConstTensorView x;     // [rows, width]
  ConstTensorView gain;  // [width], wide(x's)
  ConstTensorView bias;  // [width], wide
  TensorView y;          // [rows, width], x's dtype; may be x itself
  TensorView mean;       // [rows], wide
  TensorView rstd;       // [rows], wide
  float epsilon = 1e-12F;

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const LayerNormForward& kernel);
void run_on(CudaContext& context, const LayerNormForward& kernel);

/// With n = (x - mean) * rstd and g = dy * gain:
/// dx = rstd * (g - mean(g) - n * mean(g * n)); dgain += sum dy * n; dbias += sum dy.
/// Derived in docs/math/layer_norm.md.
struct LayerNormBackward {
  static constexpr std::string_view name = "layer_norm_backward";
  ConstTensorView dy;    // [rows, width]
  ConstTensorView x;     // [rows, width], dy's dtype
  ConstTensorView gain;  // [width], wide
  ConstTensorView mean;  // [rows], wide
  ConstTensorView rstd;  // [rows], wide
  Into dx;               // [rows, width], dy's dtype; may be dy itself
  TensorView dgain;      // [width], wide, added to
  TensorView dbias;      // [width], wide, added to

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const LayerNormBackward& kernel);
void run_on(CudaContext& context, const LayerNormBackward& kernel);

}  // namespace electra
