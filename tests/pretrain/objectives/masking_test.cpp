#include "electra/pretrain/objectives/masking.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

using namespace electra;

TEST_CASE("the most predictions are the reference's at its lengths", "[masking]") {
  CHECK(max_predictions(0.15, 128) == 19);
  CHECK(max_predictions(0.15, 512) == 79);
  CHECK(max_predictions(0.25, 512) == 130);
}

TEST_CASE("a full example gets its whole share at any length", "[masking][law]") {
  for (const double share : {0.05, 0.15, 0.25, 0.4})
    for (Index length = 5; length <= 600; ++length) {
      INFO(share << " of " << length);
      const Index most = max_predictions(share, length);
      REQUIRE(most >= 1);
      const double count = static_cast<double>(mask_count(length, length - 2, share, most));
      REQUIRE(std::abs(count - std::max(1.0, share * static_cast<double>(length))) <= 0.5 + 1e-9);
    }
  CHECK(max_predictions(0.15, 32) == 5);
  CHECK(max_predictions(0.15, 64) == 10);
}

TEST_CASE("mask counts: halves to even, at least one, never more than the candidates",
          "[masking]") {
  CHECK(mask_count(128, 125, 0.15, 19) == 19);
  CHECK(mask_count(10, 8, 0.15, 19) == 2);     // 1.5
  CHECK(mask_count(30, 28, 0.15, 19) == 4);    // 4.5
  CHECK(mask_count(50, 47, 0.15, 19) == 8);    // 7.5
  CHECK(mask_count(3, 1, 0.15, 19) == 1);      // 0.45
  CHECK(mask_count(128, 125, 0.5, 19) == 19);  // the most
  CHECK(mask_count(20, 2, 0.5, 19) == 2);      // the candidates
  CHECK(mask_count(3, 0, 0.15, 19) == 0);
}

TEST_CASE("a special token in the text is no candidate for a mask", "[masking]") {
  HostBatch batch;
  batch.length = 24;
  for (const std::int32_t inside : {4, 1}) {  // [MASK], [UNK]
    batch.ids.push_back(2);
    batch.ids.insert(batch.ids.end(), 20, inside);
    batch.ids.insert(batch.ids.end(), {3, 0, 0});
    batch.lengths.push_back(22);
  }
  add_mask_counts(batch, 0.5, SpecialIds{});
  CHECK(batch.column(masks_column) == std::vector<std::int32_t>{0, 11});
}
