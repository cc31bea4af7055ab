#pragma once

#include <cstdint>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// Packed examples of one step, in host memory: [first, first + count) of the whole step.
struct Examples {
  Index length = 0;
  Index first = 0;
  std::vector<std::int32_t> ids, types;   // [count, length]; 0 beyond the length
  std::vector<std::int32_t> lengths;      // [count]: real tokens, [CLS] and [SEP] included
  std::vector<std::int32_t> mask_counts;  // [count]: how many positions are masked

  [[nodiscard]] Index count() const { return static_cast<Index>(lengths.size()); }
  /// Examples [begin, begin + count) of these.
  [[nodiscard]] Examples slice(Index begin, Index count) const;
};

/// What the losses of a step are divided by: counts over all ranks and micro-batches.
struct StepTotals {
  Index tokens = 0;
  Index masked = 0;
};

/// One rank's examples of a step.
struct StepExamples {
  Examples examples;
  StepTotals totals;
  double epoch = 0;  // how often the data has been seen, at the end of the step
};

}  // namespace electra
