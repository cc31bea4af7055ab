#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// About what keeps a core's products busy; more would only take memory.
inline constexpr Index most_rows_of_batch = 512;

/// Texts, by number, that are computed together.
struct LengthBatch {
  std::vector<std::size_t> texts;
  Index length = 0;  // of the longest
};

/// Batches of texts of like length, given the tokens of each: shortest first, each of at most
/// `most_rows_of_batch` tokens with its padding, or of one text. Which text is in which batch
/// depends on the texts alone.
[[nodiscard]] std::vector<LengthBatch> length_batches(std::span<const Index> lengths);

}  // namespace electra
