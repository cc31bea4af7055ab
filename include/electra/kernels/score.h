#pragma once

#include <string_view>

#include "electra/core/context.h"

namespace electra {

/// The head's one output unit: y = x weight + bias, kept wide.
struct ScoreForward {
  static constexpr std::string_view name = "score_forward";
  ConstTensorView x;       // [rows, width]
  ConstTensorView weight;  // [1, width], x's dtype
  ConstTensorView bias;    // [1], wide
  TensorView y;            // [rows], wide

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const ScoreForward& kernel);
void run_on(CudaContext& context, const ScoreForward& kernel);

/// dx = dy weight; dweight += dy^T x; dbias += sum dy. Derived in docs/math/score.md.
struct ScoreBackward {
  static constexpr std::string_view name = "score_backward";
  ConstTensorView dy;      // [rows], wide
  ConstTensorView x;       // [rows, width]
  ConstTensorView weight;  // [1, width], x's dtype
  Into dx;                 // [rows, width], x's dtype
  TensorView dweight;      // [1, width], wide, added to
  TensorView dbias;        // [1], wide, added to

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const ScoreBackward& kernel);
void run_on(CudaContext& context, const ScoreBackward& kernel);

}  // namespace electra
