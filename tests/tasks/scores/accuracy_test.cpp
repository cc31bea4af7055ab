#include "tasks/scores/accuracy.h"

#include <catch2/catch.hpp>

#include "tasks/scored_set.h"

using electra::TaskKind;
using electra::test::drawn_classes;
using electra::test::ScoredSet;

TEST_CASE("accuracy is scikit-learn's") {
  CHECK(drawn_classes(300, 2, 2).value("accuracy") == Approx(0.87).epsilon(1e-11));
  CHECK(drawn_classes(300, 5, 5).value("accuracy") == Approx(0.726666666667).epsilon(1e-11));
}

TEST_CASE("of equal probabilities the earlier label counts") {
  ScoredSet set(TaskKind::classify, {"a", "b", "c"});
  set.add_class(1, 1);
  set.predictions[0].outputs = {0.2, 0.4, 0.4};
  CHECK(set.value("accuracy") == 1);
}

TEST_CASE("accuracy of tags is over words, and a word that was cut off is wrong") {
  ScoredSet set(TaskKind::tag, {"N", "V"});
  set.add_tags({"N", "V", "V"}, {"N", "N", "V"});
  set.add_tags({"N"}, {"cut"});
  CHECK(set.predictions[1].tags[0] == -1);
  CHECK(set.value("accuracy") == 0.5);
}

TEST_CASE("accuracy of sentences without words is 0") {
  ScoredSet set(TaskKind::tag, {"N"});
  set.add_tags({}, {});
  CHECK(set.value("accuracy") == 0);
}
