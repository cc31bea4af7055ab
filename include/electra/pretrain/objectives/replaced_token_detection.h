#pragma once

#include "electra/core/special_ids.h"
#include "electra/models/pair.h"
#include "electra/pretrain/config.h"
#include "electra/pretrain/objectives/masking.h"
#include "electra/train/objective.h"

namespace electra {

/// ELECTRA (Clark et al., arXiv 2003.10555): the generator learns to fill masked tokens, the
/// discriminator to say of every token whether it was replaced by one of the generator's samples.
/// No gradient passes through the samples. Its batches have the column "masks" (masking.h).
class ReplacedTokenDetection final : public Objective {
 public:
  /// Declares the pair's parameters in `store`, which must outlive this.
  ReplacedTokenDetection(ParameterStore& store, const PretrainConfig& config,
                         const SpecialIds& special);

  [[nodiscard]] std::span<const Figure> figures() const override;
  [[nodiscard]] std::span<const SumPiece> sums() const override;
  void prepare(const StepTotals& totals, Index step, Scalars& scalars) const override;
  void accumulate(Pass& pass, const MicroBatch& batch, StepState& state) const override;
  [[nodiscard]] FigureValues values(const HostSums& sums) const override;
  [[nodiscard]] std::unique_ptr<Evaluation> evaluation() const override;
  [[nodiscard]] std::vector<Export> exports() const override;

  [[nodiscard]] const ElectraPair& pair() const { return pair_; }

  /// Scalars of a pass whose losses are divided by these counts.
  void prepare(Index masked, Index tokens, double temperature, Scalars& scalars) const;

  using Masked = electra::Masked;
  [[nodiscard]] Masked mask(Pass& pass, const MicroBatch& batch) const;

  /// Forward and backward with these masks, and with these samples [capacity], i32, in place of the
  /// generator's own, if any are given.
  void accumulate(Pass& pass, const MicroBatch& batch, const Masked& masked,
                  ConstTensorView samples, StepState& state) const;

  /// What a micro-batch becomes on its way through the pair, in the pass's arena.
  struct Trace {
    TensorView mlm_losses;   // [capacity], wide
    TensorView best;         // [capacity], i32: the generator's most probable tokens
    TensorView samples;      // [capacity], i32: drawn from the generator's distribution
    TensorView ids;          // [rows], i32: what the discriminator reads
    TensorView labels;       // [rows], i32: 1 where a token was replaced
    TensorView logits;       // [rows], wide: positive for "replaced"
    TensorView disc_losses;  // [rows], wide
  };
  /// The forward alone with these masks.
  [[nodiscard]] Trace forward(Pass& pass, const MicroBatch& batch, const Masked& masked,
                              StepState& state) const;

 private:
  enum class Gradient : std::uint8_t { none, wanted };

  /// `samples`: those to use in place of the generator's own; absent: none.
  void generate(Pass& pass, const MicroBatch& batch, const Masked& masked, ConstTensorView samples,
                const Trace& trace, Gradient gradient, StepState& state) const;
  /// Draws the samples and counts how the generator did; its logits become their own gradient.
  void sample(Pass& pass, const MicroBatch& batch, const Masked& masked, ConstTensorView samples,
              TensorView logits, const Trace& trace, Gradient gradient, StepState& state) const;
  void discriminate(Pass& pass, const MicroBatch& batch, Trace& trace, Gradient gradient,
                    StepState& state) const;
  [[nodiscard]] double temperature(Index step) const;

  ParameterStore& store_;
  ElectraPair pair_;
  MaskingConfig masking_;
  SamplingConfig sampling_;
  LossConfig loss_;
  SpecialIds special_;
};

}  // namespace electra
