#pragma once

#include <string_view>

#include "electra/core/context.h"

namespace electra {

/// erf: x * (1 + erf(x / sqrt 2)) / 2. tanh: its approximation
/// x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2 (Hendrycks and Gimpel, arXiv 1606.08415).
enum class Gelu : std::uint8_t { erf, tanh };

/// y = gelu(x + bias); the sum is not rounded.
struct BiasGeluForward {
  static constexpr std::string_view name = "bias_gelu_forward";
  ConstTensorView x;     // [rows, width]
  ConstTensorView bias;  // [width], wide(x's)
  TensorView y;          // [rows, width], x's dtype; may be x itself
  Gelu form = Gelu::erf;

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const BiasGeluForward& kernel);
void run_on(CudaContext& context, const BiasGeluForward& kernel);

/// dx = dy * gelu'(x + bias); dbias += column sums of dx. Derived in docs/math/gelu.md.
struct BiasGeluBackward {
  static constexpr std::string_view name = "bias_gelu_backward";
  ConstTensorView dy;    // [rows, width]
  ConstTensorView x;     // [rows, width], dy's dtype
  ConstTensorView bias;  // [width], wide
  TensorView dx;         // [rows, width], dy's dtype; may be dy itself
  TensorView dbias;      // [width], wide, added to
  Gelu form = Gelu::erf;

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const BiasGeluBackward& kernel);
void run_on(CudaContext& context, const BiasGeluBackward& kernel);

}  // namespace electra
