#include "infer/length_batches.h"

#include <algorithm>
#include <numeric>

namespace electra {

std::vector<LengthBatch> length_batches(std::span<const Index> lengths) {
  std::vector<LengthBatch> batches;
  std::vector<std::size_t> order(lengths.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return lengths[a] < lengths[b]; });
  for (const std::size_t text : order) {
    const Index length = lengths[text];
    const bool fits =
        !batches.empty() &&
        static_cast<Index>(batches.back().texts.size() + 1) * length <= most_rows_of_batch;
    if (!fits) batches.emplace_back();
    batches.back().texts.push_back(text);
    batches.back().length = length;
  }
  return batches;
}

}  // namespace electra
