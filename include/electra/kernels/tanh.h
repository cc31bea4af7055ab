#pragma once

#include <string_view>

#include "electra/core/context.h"

namespace electra {

/// y = tanh(x + bias); the sum is not rounded. For inference: nothing learns by it.
struct BiasTanh {
  static constexpr std::string_view name = "bias_tanh";
  ConstTensorView x;     // [rows, width]
  ConstTensorView bias;  // [width], wide(x's)
  TensorView y;          // [rows, width], x's dtype; may be x itself

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const BiasTanh& kernel);
void run_on(CudaContext& context, const BiasTanh& kernel);

}  // namespace electra
