#pragma once

#include <string_view>

#include "electra/core/context.h"

namespace electra {

/// Adds what the losses of one micro-batch say: their sum, how many rows were scored, how many of
/// them are right. In a fixed order.
struct CountAnswers {
  static constexpr std::string_view name = "count_answers";
  ConstTensorView losses;   // [rows], wide
  ConstTensorView right{};  // [rows], i32: 1 right, 0 wrong, -1 not scored; absent: all are scored
  TensorView loss;          // [1], losses' dtype: added to
  TensorView counts;        // [2], i32: scored, right: added to

  void check(const Checker& checker) const;
};
void run_on(CpuContext& context, const CountAnswers& kernel);
void run_on(CudaContext& context, const CountAnswers& kernel);

}  // namespace electra
