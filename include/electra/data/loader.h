#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "electra/data/examples.h"
#include "electra/data/packing.h"
#include "electra/data/token_file.h"

namespace electra {

/// The order of the examples of an epoch.
enum class ExampleOrder : std::uint8_t { shuffled, as_packed };

struct LoaderOptions {
  Index length = 128;
  Index batch = 128;  // sequences of a whole step, over all ranks
  int rank = 0;
  int ranks = 1;
  std::uint64_t seed = 1;
  enum class Repack : std::uint8_t { each_epoch, once };
  Repack repack = Repack::each_epoch;
  Overflow overflow = Overflow::carry;
  ExampleOrder order = ExampleOrder::shuffled;
  double mask_share = 0.15;
};

/// Packed examples of some documents of a token file: what a step sees is a function of
/// (seed, step). Epochs follow one another without a gap, so that every example is used.
class Loader {
 public:
  /// The token file and the vocabulary must outlive the loader. Throws ConfigError if the batch
  /// cannot be divided over the ranks, or nothing can be packed.
  Loader(const TokenFile& tokens, const Vocabulary& vocabulary, std::vector<Index> documents,
         const LoaderOptions& options);

  /// This rank's share of a step, with the whole step's totals. Steps may be asked for in any
  /// order; the same epoch again is quick.
  [[nodiscard]] StepExamples at(Index step);

  /// Every example of epoch 0, as packed, in batches; the last one may be smaller. `most` batches,
  /// or all if it is 0. What an evaluation runs over.
  [[nodiscard]] std::vector<StepExamples> in_order(Index most);

 private:
  struct Epoch {
    Index number = -1;
    Index first = 0;  // examples in the epochs before
    std::vector<PackedExample> examples;
  };

  void go_to(Index example);
  [[nodiscard]] std::vector<PackedExample> pack(Index epoch) const;
  void shuffle(Epoch& epoch) const;
  void append(const PackedExample& packed, Examples& to) const;

  const TokenFile& tokens_;
  const Vocabulary& vocabulary_;
  std::vector<Index> documents_;
  LoaderOptions options_;
  Epoch epoch_;
  std::vector<Index> epoch_sizes_;  // of the epochs packed so far
};

/// Prepares the next steps on a thread of its own.
class Prefetcher {
 public:
  /// `loader` must outlive the prefetcher and is its alone until then.
  Prefetcher(Loader& loader, Index first_step, std::size_t depth = 4);
  ~Prefetcher();
  Prefetcher(const Prefetcher&) = delete;
  Prefetcher& operator=(const Prefetcher&) = delete;

  /// The steps in order. Throws what the loader threw.
  [[nodiscard]] StepExamples next();

 private:
  void work(Index step);

  Loader& loader_;
  std::size_t depth_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<StepExamples> ready_;
  std::exception_ptr failure_;
  enum class State : std::uint8_t { running, stopping };
  State state_ = State::running;
  std::thread thread_;
};

}  // namespace electra
