#include "tasks/scores/f1.h"

#include <catch2/catch.hpp>

#include "tasks/scored_set.h"

using electra::TaskKind;
using electra::test::Draw;
using electra::test::drawn_classes;
using electra::test::ScoredSet;

namespace {

/// As peers/scores.py draws them: the last of six labels never occurs.
ScoredSet drawn_label_sets() {
  ScoredSet set(TaskKind::multilabel, {"0", "1", "2", "3", "4", "5"});
  Draw draw(7);
  for (int i = 0; i < 200; ++i) {
    auto [example, prediction] = set.add();
    prediction.outputs.assign(6, 0.25);
    for (std::size_t label = 0; label < 5; ++label) {
      const bool right = draw.below(3) == 0;
      const bool found = draw.below(4) > 0 ? right : draw.below(2) > 0;
      if (right) example.labels.push_back(set.labels.names()[label]);
      if (found) prediction.outputs[label] = 0.75;
    }
  }
  return set;
}

}  // namespace

TEST_CASE("F1 of classes is scikit-learn's, binary and macro") {
  CHECK(drawn_classes(300, 2, 2).value("f1") == Approx(0.852830188679).epsilon(1e-11));
  CHECK(drawn_classes(300, 2, 2).value("macro_f1") == Approx(0.868206139116).epsilon(1e-11));
  CHECK(drawn_classes(300, 5, 5).value("macro_f1") == Approx(0.720982298747).epsilon(1e-11));
}

TEST_CASE("macro F1 of classes goes over the labels that occur or are predicted") {
  ScoredSet set(TaskKind::classify, {"a", "b", "c", "d"});
  set.add_class(0, 0);
  set.add_class(0, 3);
  set.add_class(2, 2);
  CHECK(set.value("macro_f1") == Approx(0.555555555556).epsilon(1e-11));
}

TEST_CASE("F1 of several labels is scikit-learn's, micro over all and macro over every label") {
  const ScoredSet set = drawn_label_sets();
  CHECK(set.value("micro_f1") == Approx(0.838616714697).epsilon(1e-11));
  CHECK(set.value("macro_f1") == Approx(0.697947602233).epsilon(1e-11));
}

TEST_CASE("a label is predicted above a half, and F1 of nothing is 0") {
  ScoredSet set(TaskKind::multilabel, {"a"});
  set.add();
  set.predictions[0].outputs = {0.5};
  CHECK(set.value("micro_f1") == 0);
  CHECK(set.value("macro_f1") == 0);
  set.examples.rows[0].labels = {"a"};
  CHECK(set.value("micro_f1") == 0);
  set.predictions[0].outputs = {0.5000001};
  CHECK(set.value("micro_f1") == 1);
}
