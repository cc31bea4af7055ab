#include "electra/data/document_split.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "electra/core/error.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;
using electra::test::message_of;

TEST_CASE("every document is trained on or held out", "[document_split][law]") {
  for (const Index documents : {2, 3, 10, 101})
    for (const double share : {0.0, 0.02, 0.5, 0.99}) {
      INFO(share << " of " << documents);
      const auto split = split_documents(documents, share, 7);
      CHECK(
          std::ssize(split.held_out) ==
          std::clamp<Index>(std::lround(share * static_cast<double>(documents)), 1, documents - 1));
      std::vector<Index> all;
      std::merge(split.training.begin(), split.training.end(), split.held_out.begin(),
                 split.held_out.end(), std::back_inserter(all));
      REQUIRE(std::ssize(all) == documents);
      for (Index i = 0; i < documents; ++i) REQUIRE(all[static_cast<std::size_t>(i)] == i);
    }
}

TEST_CASE("the seed decides what is held out, evenly", "[document_split][law]") {
  CHECK(split_documents(1000, 0.1, 1).held_out == split_documents(1000, 0.1, 1).held_out);
  CHECK(split_documents(1000, 0.1, 1).held_out != split_documents(1000, 0.1, 2).held_out);
  std::vector<int> chosen(10);
  for (std::uint64_t seed = 0; seed < 2000; ++seed)
    ++chosen[static_cast<std::size_t>(split_documents(10, 0.1, seed).held_out[0])];
  // 200 each; five standard deviations of the binomial are 67.
  for (const int times : chosen) CHECK(std::abs(times - 200) < 67);
}

TEST_CASE("a split that cannot be is named", "[document_split]") {
  CHECK_THAT(message_of<ConfigError>([] { (void)split_documents(1, 0.1, 1); }),
             Contains("at least 2 documents") && Contains("found 1"));
  for (const double share : {-0.1, 1.0, std::nan("")})
    CHECK_THAT(message_of<ConfigError>([&] { (void)split_documents(10, share, 1); }),
               Contains("data.held_out: expected a share of at least 0 and below 1"));
}
