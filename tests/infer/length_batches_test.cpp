#include "infer/length_batches.h"

#include <catch2/catch.hpp>
#include <set>

using namespace electra;

TEST_CASE("every text is in one batch, which is not too large", "[length_batches][law]") {
  std::vector<Index> lengths;
  for (Index i = 0; i < 300; ++i) lengths.push_back(2 + i * i % 700);
  std::set<std::size_t> seen;
  Index before = 0;
  for (const LengthBatch& batch : length_batches(lengths)) {
    const auto rows = static_cast<Index>(batch.texts.size()) * batch.length;
    CHECK((rows <= most_rows_of_batch || batch.texts.size() == 1));
    CHECK(batch.length >= before);
    before = batch.length;
    for (const std::size_t text : batch.texts) {
      CHECK(lengths[text] <= batch.length);
      CHECK(seen.insert(text).second);
    }
  }
  CHECK(seen.size() == lengths.size());
}

TEST_CASE("texts of one length stand in the order given; of none there is no batch",
          "[length_batches]") {
  const auto batches = length_batches(std::vector<Index>{5, 5, 5});
  REQUIRE(batches.size() == 1);
  CHECK(batches[0].texts == std::vector<std::size_t>{0, 1, 2});
  CHECK(batches[0].length == 5);
  CHECK(length_batches({}).empty());
}
