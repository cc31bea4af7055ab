#pragma once

#include <string_view>

#include "electra/core/context.h"

namespace electra {

/// In-batch negatives: text i belongs to candidate i and to no other, so the loss is softmax
/// cross-entropy of factor * cosines over the candidates against the diagonal. A candidate j != i
/// with the text of candidate i is left out of row i, for it is no negative.
/// dcosines = factor * (softmax - onehot) * scale. Derived in docs/math/pair_loss.md.
struct PairLoss {
  static constexpr std::string_view name = "pair_loss";
  ConstTensorView cosines;  // [rows, candidates], candidates >= rows
  ConstTensorView texts;    // [candidates], i32: equal for equal texts
  ConstTensorView scale;    // [1], wide: 1 over the rows of the step
  TensorView losses;        // [rows], wide
  TensorView right;         // [rows], i32: 1 if no other candidate that counts has a larger cosine
  TensorView dcosines{};    // cosines' shape and dtype; may be cosines itself; absent: no gradient;
                            // 0 where a candidate is left out
  float factor = 20;

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const PairLoss& kernel);
void run_on(CudaContext& context, const PairLoss& kernel);

}  // namespace electra
