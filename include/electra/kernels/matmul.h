#pragma once

#include <string_view>

#include "electra/core/context.h"

namespace electra {

enum class Transpose : std::uint8_t { no, yes };

/// c = op(a) op(b) + bias, or c += op(a) op(b); with a leading batch extent, batch by batch.
/// Accumulates in f32 (f64 for f64), adds the bias there, and rounds once; on a GPU the bias of a
/// bf16 c is rounded to bf16 first, or taken from `rounded_bias` by who has it already.
/// docs/math/linear.md shows how gradients are such products.
struct Matmul {
  static constexpr std::string_view name = "matmul";
  ConstTensorView a;               // [m, k], transposed [k, m]; or [batch, …]
  ConstTensorView b;               // [k, n], transposed [n, k]; or [batch, …]; a's dtype
  TensorView c;                    // [m, n] or [batch, m, n]; a's dtype or wide(a's)
  ConstTensorView bias{};          // [n], wide(a's); only with Write::overwrite and without a batch
  ConstTensorView rounded_bias{};  // [n], c's dtype: what c holds of the bias; may be left out
  Transpose transpose_a = Transpose::no;
  Transpose transpose_b = Transpose::no;
  Write write = Write::overwrite;

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const Matmul& kernel);
void run_on(CudaContext& context, const Matmul& kernel);

}  // namespace electra
