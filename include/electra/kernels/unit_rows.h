#pragma once

#include <string_view>

#include "electra/core/context.h"

namespace electra {

/// y = x / max(|x|, 1e-12): rows of length 1, as torch's normalize has it.
struct UnitRowsForward {
  static constexpr std::string_view name = "unit_rows_forward";
  static constexpr double least = 1e-12;
  ConstTensorView x;  // [rows, width]
  TensorView y;       // [rows, width], x's dtype; may be x itself
  TensorView norms;   // [rows], wide: max(|x|, 1e-12)

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const UnitRowsForward& kernel);
void run_on(CudaContext& context, const UnitRowsForward& kernel);

/// dx = (dy - y (dy . y)) / norm; dy / norm where the norm is the least. Derived in
/// docs/math/unit_rows.md.
struct UnitRowsBackward {
  static constexpr std::string_view name = "unit_rows_backward";
  ConstTensorView dy;     // [rows, width]
  ConstTensorView y;      // what the forward wrote
  ConstTensorView norms;  // [rows], wide
  TensorView dx;          // [rows, width], dy's dtype; may be dy itself

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const UnitRowsBackward& kernel);
void run_on(CudaContext& context, const UnitRowsBackward& kernel);

}  // namespace electra
