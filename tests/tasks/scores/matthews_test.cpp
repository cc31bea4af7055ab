#include "tasks/scores/matthews.h"

#include <catch2/catch.hpp>

#include "tasks/scored_set.h"

using electra::TaskKind;
using electra::test::drawn_classes;
using electra::test::ScoredSet;

TEST_CASE("Matthews' correlation is scikit-learn's") {
  CHECK(drawn_classes(300, 2, 2).value("matthews") == Approx(0.736590394674).epsilon(1e-11));
}

TEST_CASE("Matthews' correlation is 1, -1, or 0 where one side is constant") {
  ScoredSet set(TaskKind::classify, {"a", "b"});
  set.add_class(0, 0);
  set.add_class(1, 0);
  CHECK(set.value("matthews") == 0);
  set.predictions[1].outputs = {0, 1};
  CHECK(set.value("matthews") == Approx(1));
  std::swap(set.predictions[0], set.predictions[1]);
  CHECK(set.value("matthews") == Approx(-1));
}
