#include "electra/pretrain/auc.h"

#include <catch2/catch.hpp>
#include <cmath>

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
