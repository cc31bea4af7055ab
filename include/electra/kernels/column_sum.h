#pragma once

#include <string_view>

#include "electra/core/context.h"

namespace electra {

/// y = sum of the rows of x, or y += it; in a fixed order. A bias's gradient: docs/math/linear.md.
struct ColumnSum {
  static constexpr std::string_view name = "column_sum";
  ConstTensorView x;  // [rows, width]
  Into y;             // [width], wide(x's)

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const ColumnSum& kernel);
void run_on(CudaContext& context, const ColumnSum& kernel);

}  // namespace electra
