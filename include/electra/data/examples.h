#pragma once

#include <cstdint>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// Packed examples [first, first + count) of one step, in host memory.
struct Examples {
  Index length = 0;
  Index first = 0;
  std::vector<std::int32_t> ids;          // [count, length], [PAD] beyond the real tokens
  std::vector<std::int32_t> types;        // [count, length], 1 in the second segment, else 0
  std::vector<std::int32_t> lengths;      // [count] real tokens, [CLS] and [SEP] included
  std::vector<std::int32_t> mask_counts;  // [count] how many positions are masked

  [[nodiscard]] Index count() const { return static_cast<Index>(lengths.size()); }
  /// Examples [begin, begin + count) of these. Throws Error if there are not so many.
  [[nodiscard]] Examples slice(Index begin, Index count) const;
};

/// Sums over the whole step, of all ranks: the denominators of its losses.
struct StepTotals {
  Index tokens = 0;  // real ones
  Index masked = 0;

  friend bool operator==(const StepTotals&, const StepTotals&) = default;
};

struct StepExamples {
  Examples examples;  // of one rank
  StepTotals totals;
  double epoch = 0;  // how often the data have been seen when this step is done
};

[[nodiscard]] StepTotals totals_of(const Examples& examples);

}  // namespace electra
