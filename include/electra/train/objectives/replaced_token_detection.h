#pragma once

#include "electra/kernels/mask_tokens.h"
#include "electra/train/objective.h"

namespace electra {

/// ELECTRA (Clark et al., arXiv 2003.10555): the generator learns to fill masked tokens, the
/// discriminator to say of every token whether it was replaced by one of the generator's samples.
/// No gradient passes through the samples.
class ReplacedTokenDetection final : public Objective {
 public:
  ReplacedTokenDetection(const Electra& model, const RunConfig& config, const SpecialIds& special);

  void accumulate(Pass& pass, const Batch& batch, StepState& state) const override;
  Verdict evaluate(Pass& pass, const Batch& batch, StepState& state) const override;

  /// What the generator reads, and where it has to guess what.
  struct Masked {
    TensorView ids;  // [batch, length], i32
    MaskedPositions where;
    ConstTensorView originals;  // [capacity], i32
  };
  [[nodiscard]] Masked mask(Pass& pass, const Batch& batch) const;

  /// Forward and backward with these masks, and with these samples [capacity], i32, in place of the
  /// generator's own, if any are given.
  void learn(Pass& pass, const Batch& batch, const Masked& masked, ConstTensorView samples,
             StepState& state) const;

  /// What a micro-batch becomes on its way through the pair, in the pass's arena.
  struct Trace {
    TensorView mlm_losses;   // [capacity], wide
    TensorView best;         // [capacity], i32: the generator's most probable tokens
    TensorView samples;      // [capacity], i32: drawn from the generator's distribution
    TensorView ids;          // [batch, length], i32: what the discriminator reads
    TensorView labels;       // [batch, length], i32: 1 where a token was replaced
    TensorView logits;       // [batch, length], wide: positive for "replaced"
    TensorView disc_losses;  // [batch, length], wide
  };
  /// The forward alone with these masks.
  [[nodiscard]] Trace follow(Pass& pass, const Batch& batch, const Masked& masked,
                             StepState& state) const;

 private:
  enum class Gradient : std::uint8_t { none, wanted };

  /// `samples`: those to use in place of the generator's own; absent: none.
  void generate(Pass& pass, const Batch& batch, const Masked& masked, ConstTensorView samples,
                const Trace& trace, Gradient gradient, StepState& state) const;
  void discriminate(Pass& pass, const Batch& batch, Trace& trace, Gradient gradient,
                    StepState& state) const;

  const Electra& model_;
  MaskingConfig masking_;
  SamplingConfig sampling_;
  SpecialIds special_;
};

}  // namespace electra
