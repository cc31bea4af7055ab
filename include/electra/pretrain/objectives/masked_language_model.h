#pragma once

#include "electra/core/special_ids.h"
#include "electra/models/encoder.h"
#include "electra/models/heads/mlm_head.h"
#include "electra/models/network_parts.h"
#include "electra/pretrain/config.h"
#include "electra/pretrain/objectives/masking.h"
#include "electra/train/objective.h"

namespace electra {

/// Masked language modelling (Devlin et al., arXiv 1810.04805): one network, of the discriminator's
/// sizes, says what the masked tokens were. masking.keep and masking.random_share give BERT's 80 /
/// 10 / 10 by 0.1 and 0.1. Its batches have the column "masks" (masking.h).
class MaskedLanguageModel final : public Objective {
 public:
  /// Declares the network's parameters in `store`, which must outlive this. Throws ConfigError if
  /// it is to begin with another run's pair.
  MaskedLanguageModel(ParameterStore& store, const PretrainConfig& config,
                      const SpecialIds& special);

  [[nodiscard]] std::span<const Figure> figures() const override;
  [[nodiscard]] std::span<const SumPiece> sums() const override;
  void prepare(const StepTotals& totals, Index step, Scalars& scalars) const override;
  void accumulate(Pass& pass, const MicroBatch& batch, StepState& state) const override;
  [[nodiscard]] FigureValues values(const HostSums& sums) const override;
  [[nodiscard]] std::unique_ptr<Evaluation> evaluation() const override;
  [[nodiscard]] std::vector<Export> exports() const override;

  [[nodiscard]] const NetworkParts& parts() const { return parts_; }

  enum class Gradient : std::uint8_t { none, wanted };
  /// Forward, and backward if that is wanted, over one micro-batch.
  void learn(Pass& pass, const MicroBatch& batch, Gradient gradient, StepState& state) const;

 private:
  ParameterStore& store_;
  NetworkParts parts_;
  EmbeddingTables tables_;
  Encoder encoder_;
  MlmHead head_;
  MaskingConfig masking_;
  SpecialIds special_;
};

}  // namespace electra
