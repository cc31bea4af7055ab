#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "electra/core/interruption.h"
#include "electra/infer/sentence_scorer.h"

namespace electra {

/// A sentence that speakers accept, and one that hardly differs and that they do not (BLiMP;
/// Warstadt et al. 2020).
struct MinimalPair {
  std::size_t paradigm = 0;  // its number among the paradigms
  std::string good, bad;
};

/// Pairs of one make: "adjunct_island", of the phenomenon "island_effects".
struct Paradigm {
  std::string name, phenomenon;
  Index line = 0;  // that names it first
};

struct MinimalPairs {
  std::vector<Paradigm> paradigms;  // in the order of the file
  std::vector<MinimalPair> pairs;
};

/// Each `every`-th pair of a file, from the first, whose first line names its columns, tabs between
/// them: paradigm, phenomenon, good, bad and any others. The phenomenon s-selection is counted
/// under argument_structure, as in the published tables, which have 12. Throws IoError that names
/// file, line, column, what was expected and found.
[[nodiscard]] MinimalPairs read_minimal_pairs(const std::string& file, Index every = 1);

/// How often the good sentence was the likelier one.
struct PairCount {
  Index pairs = 0, won = 0, tied = 0;
  Index cut = 0;  // pairs of which a sentence was longer than the model reads

  /// A tie counts half.
  [[nodiscard]] double share() const {
    return (static_cast<double>(won) + 0.5 * static_cast<double>(tied)) /
           static_cast<double>(pairs);
  }
  PairCount& operator+=(const PairCount& other);
};

/// What a model makes of the pairs, for each paradigm. `progress(pairs)` is told now and then how
/// many are done. Throws Interrupted.
[[nodiscard]] std::vector<PairCount> count_pairs(const MinimalPairs& of,
                                                 const SentenceScorer& scorer,
                                                 const std::function<void(Index)>& progress,
                                                 const StopRequest& stop = {});

struct PhenomenonCount {
  std::string name;
  PairCount count;
};

/// The sums of each phenomenon's paradigms, by name; of those that have pairs.
[[nodiscard]] std::vector<PhenomenonCount> by_phenomenon(const MinimalPairs& of,
                                                         std::span<const PairCount> counts);

}  // namespace electra
