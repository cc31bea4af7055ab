#include "tasks/scores/correlation.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tasks/scored_set.h"

using electra::TaskKind;
using electra::test::Draw;
using electra::test::ScoredSet;

TEST_CASE("correlations are scipy's, ties included") {
  ScoredSet set(TaskKind::regress, {});
  Draw draw(11);
  for (int i = 0; i < 200; ++i) {
    const double right = static_cast<double>(draw.below(20)) / 4;
    const double found = right + static_cast<double>(draw.below(1000)) / 250 - 2;
    set.add_number(right, std::nearbyint(found * 2) / 2);
  }
  CHECK(set.value("pearson") == Approx(0.727679386482).epsilon(1e-11));
  CHECK(set.value("spearman") == Approx(0.725037899015).epsilon(1e-11));
  CHECK(set.value("mse") == Approx(1.3496875).epsilon(1e-11));
}

TEST_CASE("the correlation with a constant is 0, and that of a line 1") {
  ScoredSet set(TaskKind::regress, {});
  for (int i = 0; i < 7; ++i) set.add_number(i, 0.1);
  CHECK(set.value("pearson") == 0);
  CHECK(set.value("spearman") == 0);
  for (std::size_t i = 0; i < 7; ++i)
    set.predictions[i].outputs = {1e6 - 0.1 * static_cast<double>(i)};
  CHECK(set.value("pearson") == Approx(-1).epsilon(1e-9));
  CHECK(set.value("spearman") == Approx(-1).epsilon(1e-12));
  CHECK(set.value("pearson") >= -1);
}

TEST_CASE("an example that counts twice is the same as one that stands twice") {
  ScoredSet once(TaskKind::regress, {});
  ScoredSet twice(TaskKind::regress, {});
  const double pairs[][2] = {{1, 3}, {2, 2}, {4, 9}, {4, 1}};
  const std::vector<std::uint32_t> weights = {2, 0, 1, 3};
  for (std::size_t i = 0; i < 4; ++i) {
    once.add_number(pairs[i][0], pairs[i][1]);
    for (std::uint32_t k = 0; k < weights[i]; ++k) twice.add_number(pairs[i][0], pairs[i][1]);
  }
  const electra::Scored scored = once.scored();
  electra::Evidence evidence(scored);
  CHECK(electra::pearson(evidence)(weights) == Approx(twice.value("pearson")));
  CHECK(electra::spearman(evidence)(weights) == Approx(twice.value("spearman")));
  CHECK(electra::squared_error(evidence)(weights) == Approx(twice.value("mse")));
}
