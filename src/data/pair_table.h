#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace electra {

/// Pairs of neighbouring symbols, in the order in which they were first seen: a table of open
/// addressing that forgets none.
class PairTable {
 public:
  using Key = std::uint64_t;  // left symbol, right symbol

  struct Pair {
    Key key = 0;
    std::int64_t count = 0;
    std::vector<std::int32_t> words = {};  // those that may hold it, some twice
    std::int32_t grown_in = -1;            // the last merge in which its count rose
  };

  /// The number of a pair, a new one where it is not there. Numbers stay; references do not.
  [[nodiscard]] std::uint32_t number_of(Key key);
  [[nodiscard]] Pair& operator[](std::uint32_t number) { return pairs_[number]; }
  [[nodiscard]] std::span<const Pair> pairs() const { return pairs_; }

 private:
  void grow();

  std::vector<Pair> pairs_;
  std::vector<std::uint32_t> slots_;  // numbers from 1, 0: free; a power of two, at most half full
};

}  // namespace electra
