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
  std::vector<std::size_t> texts;
  Index tokens = 0;  // of all of them
  Index length = 0;  // of the longest
};

/// Batches of texts, given the tokens of each: shortest first, so that texts of like length keep
/// threads equally busy; each of at most `most_tokens_of_batch` tokens, or of one text. Which text
/// is in which batch depends on the texts alone.
[[nodiscard]] std::vector<TokenBatch> token_batches(std::span<const Index> lengths);

}  // namespace electra
