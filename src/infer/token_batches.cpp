#include "infer/token_batches.h"

#include <algorithm>
#include <numeric>

namespace electra {

std::vector<TokenBatch> token_batches(std::span<const Index> lengths) {
  std::vector<TokenBatch> batches;
  std::vector<std::size_t> order(lengths.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return lengths[a] < lengths[b]; });
  for (const std::size_t text : order) {
    const Index length = lengths[text];
    const bool fits = !batches.empty() && batches.back().tokens + length <= most_tokens_of_batch;
    if (!fits) batches.emplace_back();
    TokenBatch& batch = batches.back();
    batch.texts.push_back(text);
    batch.tokens += length;
    batch.length = length;
  }
  return batches;
}

}  // namespace electra
