#pragma once

#include <cstdint>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "data/pair_table.h"
#include "electra/core/interruption.h"
#include "electra/core/shape.h"

namespace electra {

/// A word as a sequence of symbols, and how often it occurs.
struct SymbolWord {
  std::vector<std::int32_t> symbols;
  std::int64_t count;
};

/// Byte-pair merging over distinct words: pair counts are kept up to date with each merge, and the
/// most frequent pair is found by a priority queue whose outdated entries are put right when they
/// come up.
class PairMerger {
 public:
  /// `symbols` are the tokens that the words' numbers mean; those inside a word begin with "##".
  /// Here and in a merge Interrupted is thrown if `stop` says so.
  PairMerger(std::vector<std::string> symbols, std::vector<SymbolWord> words,
             StopRequest stop = {});
  PairMerger(const PairMerger&) = delete;
  PairMerger& operator=(const PairMerger&) = delete;

  /// Merges until there are `size` symbols or no pair occurs `minimum` times.
  void merge_until(Index size, std::int64_t minimum);

  [[nodiscard]] const std::vector<std::string>& symbols() const { return symbols_; }

 private:
  using Key = PairTable::Key;

  struct Word {
    std::size_t begin, length;  // of its symbols in spelled_
    std::int64_t count;
  };

  struct Candidate {
    std::int64_t count;
    Key key;
  };

  struct Worse {
    const std::vector<std::string>* symbols;
    bool operator()(const Candidate& a, const Candidate& b) const;
  };

  void merge(std::uint32_t pair);
  void queue_grown();
  void merge_in(std::int32_t word, Key key, std::int32_t merged);
  void change(std::int32_t left, std::int32_t right, std::int64_t by, std::int32_t word);
  [[nodiscard]] std::int32_t symbol_of(Key key);

  StopRequest stop_;
  std::vector<std::string> symbols_;
  std::vector<std::int32_t> spelled_;
  std::vector<Word> words_;
  std::unordered_map<std::string, std::int32_t> numbers_;
  PairTable pairs_;
  std::int32_t merges_ = 0;
  std::vector<std::uint32_t> grown_;  // numbers of pairs whose count rose in the merge at hand
  std::priority_queue<Candidate, std::vector<Candidate>, Worse> queue_;
};

}  // namespace electra
