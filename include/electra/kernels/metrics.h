#pragma once

#include <string_view>

#include "electra/core/context.h"
#include "electra/kernels/text_rows.h"

namespace electra {

/// Adds the masked-language-model figures of one micro-batch.
struct CountMasked {
  static constexpr std::string_view name = "count_masked";
  ConstTensorView losses;   // [capacity], wide
  ConstTensorView targets;  // [capacity], i32
  ConstTensorView argmax;   // [capacity], i32
  ConstTensorView samples;  // [capacity], i32
  ConstTensorView count;    // [1], i32
  TensorView loss;          // [1], wide: their sum is added
  TensorView counts;        // [3], i32: masked, correct, sampled right: added

  void check(const Checker& checker) const;
};
void run_on(CpuContext& context, const CountMasked& kernel);
void run_on(CudaContext& context, const CountMasked& kernel);

/// Adds the replaced-token figures of one micro-batch. A token counts as found if its probability
/// is above 1/2.
struct CountReplaced {
  static constexpr std::string_view name = "count_replaced";
  static constexpr Index bins = 1024;
  ConstTensorView losses;  // [rows], wide
  ConstTensorView logits;  // [rows], wide
  ConstTensorView labels;  // [rows], i32
  TextRows rows;           // padding counts as nothing
  TensorView loss;         // [1], wide: their sum is added
  TensorView counts;       // [4], i32: tokens, replaced, found of them, false alarms: added
  TensorView histogram;    // [2, bins], i32: of the probability, by label: added

  void check(const Checker& checker) const;
};
void run_on(CpuContext& context, const CountReplaced& kernel);
void run_on(CudaContext& context, const CountReplaced& kernel);

/// to += from if the step was finite; from = 0 in any case.
struct FoldMetrics {
  static constexpr std::string_view name = "fold_metrics";
  TensorView sums_from, sums_to;      // [n], wide
  TensorView counts_from, counts_to;  // [m], i32
  ConstTensorView finite;             // [1], i32

  void check(const Checker& checker) const;
};
void run_on(CpuContext& context, const FoldMetrics& kernel);
void run_on(CudaContext& context, const FoldMetrics& kernel);

}  // namespace electra
