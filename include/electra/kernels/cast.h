#pragma once

#include <string_view>

#include "electra/core/context.h"

namespace electra {

/// y = x in another floating dtype, rounded to nearest.
struct Cast {
  static constexpr std::string_view name = "cast";
  ConstTensorView x;  // any shape; f32, bf16 or f64
  TensorView y;       // x's shape; f32, bf16 or f64

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const Cast& kernel);
void run_on(CudaContext& context, const Cast& kernel);

/// Every element of y = value (truncated for i32).
struct Fill {
  static constexpr std::string_view name = "fill";
  TensorView y;
  double value = 0;

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const Fill& kernel);
void run_on(CudaContext& context, const Fill& kernel);

}  // namespace electra
