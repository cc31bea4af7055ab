#pragma once

#include <string_view>

#include "electra/core/context.h"

namespace electra {

/// y[i] = x[indices[i]] for i below the count; rows of y beyond it are 0.
struct GatherRows {
  static constexpr std::string_view name = "gather_rows";
  ConstTensorView x;        // [rows, width]
  ConstTensorView indices;  // [capacity], i32, below rows
  ConstTensorView count;    // [1], i32, 0 to capacity
  TensorView y;             // [capacity, width], x's dtype

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const GatherRows& kernel);
void run_on(CudaContext& context, const GatherRows& kernel);

/// The backward of GatherRows: y[indices[i]] += x[i] for i below the count, in the order of i; with
/// Write::overwrite y is 0 elsewhere. Derived in docs/math/gather.md.
struct ScatterRows {
  static constexpr std::string_view name = "scatter_rows";
  ConstTensorView x;        // [capacity, width]
  ConstTensorView indices;  // [capacity], i32, ascending; repeated indices add
  ConstTensorView count;    // [1], i32
  Into y;                   // [rows, width], x's dtype

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const ScatterRows& kernel);
void run_on(CudaContext& context, const ScatterRows& kernel);

}  // namespace electra
