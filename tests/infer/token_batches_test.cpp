#include "infer/token_batches.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

using namespace electra;

namespace {

Index tokens_of(const TokenBatch& batch, const std::vector<Index>& lengths) {
  Index tokens = 0;
  for (const std::size_t text : batch.texts) tokens += lengths[text];
  return tokens;
}

}  // namespace

TEST_CASE("every text is in one batch, which has no more tokens than the most",
          "[token_batches][law]") {
  std::vector<Index> lengths;
  for (Index i = 0; i < 300; ++i) lengths.push_back(2 + i * i % 700);
  std::set<std::size_t> seen;
  Index before = 0;
  TokenBatches batches;
  for (const TokenBatch& batch : batches.of(lengths)) {
    CHECK(batch.tokens == tokens_of(batch, lengths));
    CHECK((batch.tokens <= most_tokens_of_batch || batch.texts.size() == 1));
    CHECK(batch.length == lengths[batch.texts.back()]);
    for (const std::size_t text : batch.texts) {
      CHECK(lengths[text] >= before);
      before = lengths[text];
      CHECK(seen.insert(text).second);
    }
  }
  CHECK(seen.size() == lengths.size());
}

TEST_CASE("a batch is full: the next text would have been too much", "[token_batches]") {
  std::vector<Index> lengths;
  for (Index i = 0; i < 300; ++i) lengths.push_back(1 + i * i % 90);
  TokenBatches memory;
  const auto batches = memory.of(lengths);
  REQUIRE(batches.size() > 2);
  for (std::size_t i = 0; i + 1 < batches.size(); ++i)
    CHECK(batches[i].tokens + lengths[batches[i + 1].texts[0]] > most_tokens_of_batch);
}

TEST_CASE("texts of one length stand in the order given; of none there is no batch",
          "[token_batches]") {
  TokenBatches memory;
  const auto batches = memory.of(std::vector<Index>{5, 5, 5});
  REQUIRE(batches.size() == 1);
  CHECK(std::ranges::equal(batches[0].texts, std::vector<std::size_t>{0, 1, 2}));
  CHECK(batches[0].length == 5);
  CHECK(memory.of({}).empty());
}
