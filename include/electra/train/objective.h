#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "electra/data/batch.h"
#include "electra/layers/pass.h"
#include "electra/train/figures.h"
#include "electra/train/step_state.h"

namespace electra {

/// One evaluation on held-out batches: may keep more of each than sums.
class Evaluation {
 public:
  virtual ~Evaluation() = default;
  /// The scalars of its passes, whatever the step.
  virtual void prepare(Scalars& scalars) const = 0;
  /// The forward alone; adds to `state.of_step`. `host` is the same micro-batch in host memory.
  virtual void add(Pass& pass, const MicroBatch& batch, const HostBatch& host,
                   StepState& state) = 0;
  /// From what was added up in all.
  [[nodiscard]] virtual FigureValues finish(const HostSums& sums) const = 0;
};

/// A folder that a finished run leaves, and what writes it.
struct Export {
  std::string folder;  // "discriminator"
  std::function<void(const std::filesystem::path&)> write;
};

/// What is learned: owns the networks that it trains, and is the one virtual seam between them and
/// the trainer.
class Objective {
 public:
  virtual ~Objective() = default;

  /// A table that lives as long as the program.
  [[nodiscard]] virtual std::span<const Figure> figures() const = 0;
  /// What `accumulate` adds up.
  [[nodiscard]] virtual std::span<const SumPiece> sums() const = 0;
  /// Sets the scalars of a step whose batches have these totals.
  virtual void prepare(const StepTotals& totals, Index step, Scalars& scalars) const = 0;
  /// Forward and backward over one micro-batch: adds to the gradients and to `state.of_step`. A
  /// loss that is not finite makes gradients that are not.
  virtual void accumulate(Pass& pass, const MicroBatch& batch, StepState& state) const = 0;
  /// The figures of the steps that these are the sums of.
  [[nodiscard]] virtual FigureValues values(const HostSums& sums) const = 0;
  [[nodiscard]] virtual std::unique_ptr<Evaluation> evaluation() const = 0;
  [[nodiscard]] virtual std::vector<Export> exports() const = 0;
};

}  // namespace electra
