#include "electra/pretrain/auc.h"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "electra/core/random.h"

using namespace electra;

namespace {

/// The definition: over all pairs, how often the replaced token scores higher; ties count half.
double by_pairs(const std::vector<std::pair<double, bool>>& scores) {
  double wins = 0;
  double pairs = 0;
  for (const auto& [a, replaced] : scores)
    for (const auto& [b, other] : scores)
      if (replaced && !other) {
        wins += a > b ? 1 : a == b ? 0.5 : 0;
        ++pairs;
      }
  return wins / pairs;
}

}  // namespace

TEST_CASE("AUC by ranks is the share of pairs in the right order", "[auc][law]") {
  RandomStream random(3, site(Network::none, 0, Place::pack), 0, 0);
  for (const int levels : {2, 5, 1000}) {
    std::vector<std::pair<double, bool>> scores;
    RankAuc auc;
    for (int i = 0; i < 300; ++i) {
      const bool replaced = random.below(5) == 0;
      const double score = random.below(static_cast<std::uint32_t>(levels)) + (replaced ? 0.6 : 0);
      scores.emplace_back(score, replaced);
      auc.add(score, replaced);
    }
    CHECK(*auc.value() == Approx(by_pairs(scores)).epsilon(1e-12));
  }
}

TEST_CASE("AUC is absent without both kinds of tokens", "[auc]") {
  RankAuc auc;
  CHECK_FALSE(auc.value());
  auc.add(1, true);
  CHECK_FALSE(auc.value());
  auc.add(0, false);
  CHECK(*auc.value() == 1);
}

TEST_CASE("a score that is NaN has no rank: the AUC is NaN, in an instant", "[auc][law]") {
  for (const bool replaced : {false, true})
    for (const bool others : {false, true}) {
      RankAuc auc;
      for (int i = 0; others && i < 100; ++i) auc.add(i % 7, i % 3 == 0);
      auc.add(std::numeric_limits<double>::quiet_NaN(), replaced);
      REQUIRE(auc.value());
      CHECK(std::isnan(*auc.value()));
    }
}

TEST_CASE("infinite scores are the highest and the lowest, and tie with their like", "[auc][law]") {
  const double infinity = std::numeric_limits<double>::infinity();
  RankAuc auc;
  std::vector<std::pair<double, bool>> scores;
  for (const auto& [score, replaced] : {std::pair{infinity, true},
                                        {infinity, false},
                                        {-infinity, true},
                                        {-infinity, false},
                                        {1.0, true},
                                        {2.0, false},
                                        {1.0, false}}) {
    scores.emplace_back(score, replaced);
    auc.add(score, replaced);
  }
  CHECK(*auc.value() == Approx(by_pairs(scores)).epsilon(1e-12));
}

TEST_CASE("an AUC of a histogram that holds NaN is NaN, not absent", "[auc]") {
  const double bad = std::numeric_limits<double>::quiet_NaN();
  for (std::size_t place = 0; place < 4; ++place) {
    std::array<double, 4> histogram{1, 2, 3, 4};
    histogram[place] = bad;
    REQUIRE(histogram_auc(histogram));
    CHECK(std::isnan(*histogram_auc(histogram)));
  }
}
