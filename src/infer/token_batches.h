#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// About what keeps a core's products busy; more would only take memory.
inline constexpr Index most_tokens_of_batch = 512;

/// Texts, by number, that are computed together.
struct TokenBatch {
  std::span<const std::size_t> texts;
  Index tokens = 0;  // of all of them
  Index length = 0;  // of the longest
};

/// Makes batches of texts; its memory serves one call after the other.
class TokenBatches {
 public:
  /// Given the tokens of each text: shortest first, so that texts of like length keep threads
  /// equally busy; each of at most `most_tokens_of_batch` tokens, or of one text. Which text is in
  /// which batch depends on the texts alone. They are there until the next call.
  [[nodiscard]] std::span<const TokenBatch> of(std::span<const Index> lengths);

 private:
  std::vector<std::size_t> order_;
  std::vector<TokenBatch> batches_;
};

}  // namespace electra
