#pragma once

#include <string_view>

#include "electra/core/context.h"
#include "electra/core/random.h"
#include "electra/kernels/text_rows.h"

namespace electra {

/// sum = residual + dropout(x + bias), rounded once; y = layer_norm(sum).
struct DropoutResidualNormForward {
  static constexpr std::string_view name = "dropout_residual_norm_forward";
  ConstTensorView x;         // [rows, width]
  ConstTensorView bias{};    // [width], wide(x's); absent if x already holds it
  ConstTensorView residual;  // [rows, width], x's dtype
  ConstTensorView gain;      // [width], wide
  ConstTensorView beta;      // [width], wide: the layer norm's bias
  TensorView sum;            // [rows, width], x's dtype; may be x itself
  TensorView y;              // [rows, width], x's dtype
  TensorView mean;           // [rows], wide
  TensorView rstd;           // [rows], wide
  TextRows rows{};           // for the numbering of dropout; needed if dropout > 0
  float epsilon = 1e-12F;
  float dropout = 0;
  RandomKey random{};  // needed if dropout > 0

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const DropoutResidualNormForward& kernel);
void run_on(CudaContext& context, const DropoutResidualNormForward& kernel);

/// dresidual = the gradient of `sum`; dx = dropout's scale times that where it was kept, else 0;
/// dgain, dbeta and dbias (column sums of dx) are added to. Derived in docs/math/layer_norm.md.
struct DropoutResidualNormBackward {
  static constexpr std::string_view name = "dropout_residual_norm_backward";
  ConstTensorView dy;    // [rows, width]
  ConstTensorView sum;   // [rows, width], dy's dtype
  ConstTensorView gain;  // [width], wide
  ConstTensorView mean;  // [rows], wide
  ConstTensorView rstd;  // [rows], wide
  TensorView dresidual;  // [rows, width], dy's dtype; may be dy itself
  TensorView dx{};       // [rows, width], dy's dtype; absent if dropout is 0: it equals dresidual
  TensorView dgain;      // [width], wide, added to
  TensorView dbeta;      // [width], wide, added to
  TensorView dbias;      // [width], wide, added to
  TextRows rows{};       // needed if dropout > 0
  float dropout = 0;
  RandomKey random{};

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const DropoutResidualNormBackward& kernel);
void run_on(CudaContext& context, const DropoutResidualNormBackward& kernel);

}  // namespace electra
