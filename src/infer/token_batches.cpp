#include "infer/token_batches.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace electra {

std::span<const TokenBatch> TokenBatches::of(std::span<const Index> lengths) {
  order_.resize(lengths.size());
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::ranges::sort(order_, {}, [&](std::size_t text) { return std::pair(lengths[text], text); });
  batches_.clear();
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const Index length = lengths[order_[i]];
    const bool fits = !batches_.empty() && batches_.back().tokens + length <= most_tokens_of_batch;
    if (!fits) batches_.push_back({.texts = std::span(order_).subspan(i, 0)});
    TokenBatch& batch = batches_.back();
    batch.texts = {batch.texts.data(), batch.texts.size() + 1};
    batch.tokens += length;
    batch.length = length;
  }
  return batches_;
}

}  // namespace electra
