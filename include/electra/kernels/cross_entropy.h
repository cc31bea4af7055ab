#pragma once

#include <string_view>

#include "electra/core/context.h"
#include "electra/core/random.h"
#include "electra/kernels/text_rows.h"

namespace electra {

/// One pass over the generator's logits at the masked positions: loss, gradient, argmax, and a
/// sample of softmax(logits / temperature) by Gumbel-max.
///   loss = log(sum exp(logits)) - logits[target]; dlogits = (softmax(logits) - onehot) * scale
///   sample = argmax(logits / temperature + g), g = -log(-log1p(-u)), u = (word + 1/2) 2^-32 in
///   f32, word = Philox word id % 4 of block id / 4 at the key's site, its layer being the number
///   of the masked position within its example, from 0.
/// The lowest id wins among equals. A row with NaN gets id 0 and raises `non_finite`. Columns that
/// pad the vocabulary are skipped, their gradient is 0; rows beyond the count get 0 everywhere.
/// Derived in docs/math/cross_entropy.md.
struct VocabularyCrossEntropy {
  static constexpr std::string_view name = "vocabulary_cross_entropy";
  ConstTensorView logits;       // [capacity, padded vocabulary]
  ConstTensorView targets;      // [capacity], i32
  ConstTensorView positions;    // [capacity], i32: rows of the texts, ascending
  TextRows rows;                // what the positions are among
  ConstTensorView count;        // [1], i32
  ConstTensorView scale;        // [1], wide: loss weight over the masked positions of the step
  ConstTensorView temperature;  // [1], wide
  TensorView losses;            // [capacity], wide
  TensorView argmax;            // [capacity], i32
  TensorView samples;           // [capacity], i32
  TensorView dlogits{};   // logits' shape and dtype; may be logits itself; absent: no gradient
  TensorView non_finite;  // [1], i32, set to 1 by a row with NaN, else left alone
  Index vocabulary = 0;
  enum class Correct : std::uint8_t { allow, disallow };
  Correct correct = Correct::allow;  // disallow: the target is never sampled
  RandomKey random;                  // site(network, 0, Place::sample)

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const VocabularyCrossEntropy& kernel);
void run_on(CudaContext& context, const VocabularyCrossEntropy& kernel);

}  // namespace electra
