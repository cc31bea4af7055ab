#pragma once

#include <string_view>

#include "electra/core/context.h"

namespace electra {

/// What pretraining counts, in device memory; everything adds up over micro-batches, steps and
/// ranks.
struct MetricSums {
  static constexpr Index bins = 1024;
  enum Sum : Index { mlm_loss, disc_loss, sums };
  enum Count : Index {
    masked,
    correct,
    sampled_correct,
    tokens,
    replaced,
    true_positive,
    false_positive,
    counts
  };
  TensorView loss;       // [sums], wide: not divided
  TensorView count;      // [counts], i32
  TensorView histogram;  // [2, bins], i32: of the discriminator's probability, by label
};

/// Adds the masked-language-model figures of one micro-batch.
struct CountMasked {
  static constexpr std::string_view name = "count_masked";
  ConstTensorView losses;   // [capacity], wide
  ConstTensorView targets;  // [capacity], i32
  ConstTensorView argmax;   // [capacity], i32
  ConstTensorView samples;  // [capacity], i32
  ConstTensorView count;    // [1], i32
  MetricSums sums;

  void check(const Checker& checker) const;
};
void run_on(CpuContext& context, const CountMasked& kernel);
void run_on(CudaContext& context, const CountMasked& kernel);

/// Adds the replaced-token figures of one micro-batch. A token counts as found if its probability
/// is above 1/2.
struct CountReplaced {
  static constexpr std::string_view name = "count_replaced";
  ConstTensorView losses;   // [batch, length], wide
  ConstTensorView logits;   // [batch, length], wide
  ConstTensorView labels;   // [batch, length], i32
  ConstTensorView lengths;  // [batch], i32
  MetricSums sums;

  void check(const Checker& checker) const;
};
void run_on(CpuContext& context, const CountReplaced& kernel);
void run_on(CudaContext& context, const CountReplaced& kernel);

/// to += from if the step was finite; from = 0 in any case.
struct FoldMetrics {
  static constexpr std::string_view name = "fold_metrics";
  MetricSums from;
  MetricSums to;
  ConstTensorView finite;  // [1], i32

  void check(const Checker& checker) const;
};
void run_on(CpuContext& context, const FoldMetrics& kernel);
void run_on(CudaContext& context, const FoldMetrics& kernel);

}  // namespace electra
