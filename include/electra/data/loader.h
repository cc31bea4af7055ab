#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "electra/core/interruption.h"
#include "electra/core/shape.h"
#include "electra/data/packing.h"
#include "electra/data/step_source.h"
#include "electra/data/token_file.h"

namespace electra {

struct LoaderOptions {
  enum class Mode : std::uint8_t {
    training,   // epochs without end, each shuffled anew; a batch may reach into the next epoch
    evaluation  // once through the packing of epoch 0, in order; the last batch may be smaller
  };

  Index length = 128;  // of an example
  Index batch = 128;   // examples of a step, over all ranks
  Index rank = 0;
  Index ranks = 1;
  std::uint64_t seed = 1;
  bool repack = true;  // packs anew each epoch; false: the packing of epoch 0 in another order
  bool carry_overflow = true;
  Mode mode = Mode::training;
  /// Adds columns to the batch of a whole step, before it is divided over ranks.
  std::function<void(HostBatch&)> add_columns = {};
  /// Asked between epochs, which a late step has to pass through.
  StopRequest stop = {};
};

/// The examples of each step as a function of (seed, step). Every example of an epoch is used
/// once: what does not fill a batch opens the first batch of the next epoch. Used by one thread at
/// a time; the token file must outlive it.
class Loader final : public StepSource {
 public:
  /// Throws ConfigError for a batch that is not divisible by the ranks, a length below 5, or no
  /// documents.
  Loader(const TokenFile& file, const std::vector<Index>& documents, LoaderOptions options);

  [[nodiscard]] const LoaderOptions& options() const { return options_; }
  /// How many examples epoch 0 has.
  [[nodiscard]] Index epoch_examples() const { return starts_[1]; }
  /// How many batches epoch 0 has, the last one perhaps not full: in mode `evaluation`, all.
  [[nodiscard]] Index epoch_steps() const;

  /// This rank's contiguous share of the step's examples, and the totals of all. Throws Error for a
  /// step beyond the end of an evaluation, and Interrupted.
  [[nodiscard]] StepBatch at(Index step) override;

  /// All examples of epoch 0 in the order of the documents: what other programs are given to train
  /// on the same.
  [[nodiscard]] HostBatch packed() const;

 private:
  /// An epoch's packing is kept, so that its steps cost no more than their tokens.
  struct Epoch {
    Index number = -1;
    Packing packing;
    std::vector<std::uint32_t> order;
  };

  [[nodiscard]] Packing pack_epoch(Index number) const;
  void load_epoch(Index number);
  [[nodiscard]] Index epoch_of(Index example);
  [[nodiscard]] Index start_of(Index epoch) const;
  [[nodiscard]] double progress(Index end) const;
  void append(const PackedExample& example, HostBatch& to) const;
  [[nodiscard]] HostBatch none(Index capacity) const;

  const TokenFile* file_;
  LoaderOptions options_;
  std::vector<DocumentSentences> documents_;
  std::vector<Index> starts_;  // examples before each epoch, as far as known
  Epoch epoch_;
};

}  // namespace electra
