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

 private:
  struct Corrupted {
    TensorView ids;     // [batch, length], i32
    TensorView labels;  // [batch, length], i32
  };
  enum class Gradient : std::uint8_t { none, wanted };

  [[nodiscard]] Corrupted make_corrupted(Pass& pass) const;
  void generate(Pass& pass, const Batch& batch, const Masked& masked, ConstTensorView samples,
                const Corrupted& text, Gradient gradient, StepState& state) const;
  [[nodiscard]] TensorView discriminate(Pass& pass, const Batch& batch, const Corrupted& text,
                                        Gradient gradient, StepState& state) const;

  const Electra& model_;
  MaskingConfig masking_;
  SamplingConfig sampling_;
  SpecialIds special_;
};

}  // namespace electra
