#include "electra/tasks/scores.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "electra/core/error.h"
#include "support/temporary_folder.h"
#include "tasks/scored_set.h"

using electra::Index;
using electra::IoError;
using electra::LabelScore;
using electra::Prediction;
using electra::ScoreDifference;
using electra::ScoreInterval;
using electra::ShapeError;
using electra::TaskKind;
using electra::test::drawn_classes;
using electra::test::message_of;
using electra::test::ScoredSet;

namespace {

using Strings = std::vector<std::string>;

}  // namespace

TEST_CASE("which scores apply follows from the labels, in the order of the table") {
  CHECK(drawn_classes(10, 2, 1).keys() == Strings{"accuracy", "macro_f1", "f1", "matthews"});
  CHECK(drawn_classes(10, 3, 1).keys() == Strings{"accuracy", "macro_f1"});
  ScoredSet numbers(TaskKind::regress, {});
  numbers.add_number(1, 2);
  CHECK(numbers.keys() == Strings{"pearson", "spearman", "mse"});
}

TEST_CASE("a score is described by its task's table") {
  for (const electra::TaskInfo& task : electra::tasks()) {
    if (task.kind != TaskKind::classify) continue;
    const auto all = electra::scores(drawn_classes(10, 2, 1).scored());
    for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i].info == &task.scores[i]);
  }
}

TEST_CASE("sets that cannot be scored are refused") {
  ScoredSet set(TaskKind::classify, {"a", "b"});
  CHECK(message_of<IoError>([&] { (void)electra::scores(set.scored()); }) ==
        "dev.tsv: expected examples to score, found none");
  set.add_class(0, 0);
  set.examples.rows[0].labels = {"c"};
  CHECK(message_of<IoError>([&] { (void)electra::scores(set.scored()); }) ==
        "dev.tsv, line 1: expected one of the labels \"a\", \"b\", found \"c\"");
  set.examples.rows[0].labels = {"a"};
  set.predictions[0].outputs.pop_back();
  CHECK(message_of<ShapeError>([&] { (void)electra::scores(set.scored()); }) ==
        "prediction of dev.tsv, line 1: expected 2 outputs, found 1");
  set.predictions.clear();
  CHECK(message_of<ShapeError>([&] { (void)electra::scores(set.scored()); }) ==
        "predictions for dev.tsv: expected 1, found 0");
  ScoredSet none(TaskKind::classify, {});
  none.add().first.labels = {"a"};
  CHECK_THROWS_AS(electra::scores(none.scored()), IoError);
  ScoredSet tags(TaskKind::tag, {"a"});
  tags.add_tags({"a", "a"}, {"a"});
  CHECK(message_of<ShapeError>([&] { (void)electra::confusion(tags.scored()); }) ==
        "prediction of dev.tsv, line 1: expected 2 tags, found 1");
}

TEST_CASE("an interval holds the score, is the same for a seed, and narrows with the examples") {
  const ScoredSet few = drawn_classes(100, 2, 3);
  const ScoredSet many = drawn_classes(2000, 2, 3);
  const auto a = electra::score_intervals(few.scored());
  const auto b = electra::score_intervals(few.scored());
  const auto c = electra::score_intervals(many.scored(), 300, 7);
  REQUIRE(a.size() == 4);
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(a[i].score.value == few.value(a[i].score.info->key));
    CHECK(a[i].low <= a[i].score.value);
    CHECK(a[i].score.value <= a[i].high);
    CHECK(a[i].low == b[i].low);
    CHECK(a[i].high == b[i].high);
    CHECK(c[i].high - c[i].low < (a[i].high - a[i].low) / 2);
  }
  CHECK(electra::score_intervals(few.scored(), 1000, 2)[3].low != a[3].low);
}

TEST_CASE("the interval of an accuracy is as wide as the binomial one") {
  ScoredSet set(TaskKind::classify, {"a", "b", "c"});
  for (std::size_t i = 0; i < 400; ++i) set.add_class(0, i % 5 == 0 ? 1 : 0);
  const ScoreInterval interval = electra::score_intervals(set.scored(), 2000)[0];
  CHECK(interval.score.value == Approx(0.8));
  CHECK(interval.low == Approx(0.8 - 1.96 * 0.02).margin(0.004));
  CHECK(interval.high == Approx(0.8 + 1.96 * 0.02).margin(0.004));
}

TEST_CASE("two models are compared on the same samples") {
  ScoredSet set = drawn_classes(300, 2, 5);
  std::vector<Prediction> worse = set.predictions;
  for (std::size_t i = 0; i < 60; ++i) std::swap(worse[i].outputs[0], worse[i].outputs[1]);
  const ScoreDifference better = electra::score_differences(set.scored(), worse)[0];
  CHECK(better.score.value > 0);
  CHECK(better.low <= better.score.value);
  CHECK(better.score.value <= better.high);
  CHECK(better.low > 0);
  CHECK(better.p < 0.025);
  const ScoreDifference none = electra::score_differences(set.scored(), set.predictions)[0];
  CHECK(none.score.value == 0);
  CHECK(none.low == 0);
  CHECK(none.high == 0);
  CHECK(none.p == 1);
}

TEST_CASE("of a score of which less is better the p value looks the other way") {
  ScoredSet set(TaskKind::regress, {});
  std::vector<Prediction> worse;
  for (int i = 0; i < 100; ++i) {
    set.add_number(i, i + 0.1);
    worse.push_back(set.predictions.back());
    worse.back().outputs[0] += 1;
  }
  const ScoreDifference difference = electra::score_differences(set.scored(), worse)[2];
  CHECK(difference.score.info->key == "mse");
  CHECK(difference.score.value < 0);
  CHECK(difference.p == 0);
}

TEST_CASE("paired samples leave out what both models share") {
  ScoredSet set(TaskKind::classify, {"a", "b"});
  for (std::size_t i = 0; i < 200; ++i) set.add_class(0, i % 2);
  std::vector<Prediction> other = set.predictions;
  for (std::size_t i = 0; i < 10; ++i) other[2 * i].outputs = {0, 1};
  const ScoreDifference difference = electra::score_differences(set.scored(), other)[0];
  CHECK(difference.score.value == Approx(0.05));
  CHECK(difference.high - difference.low < 0.075);  // unpaired, it were 0.2
}

TEST_CASE("a confusion counts right labels by row and predicted ones by column") {
  ScoredSet set(TaskKind::classify, {"a", "b", "c"});
  set.add_class(0, 0);
  set.add_class(0, 2);
  set.add_class(0, 2);
  set.add_class(1, 0);
  CHECK(electra::confusion(set.scored()) == std::vector<Index>{1, 0, 2, 1, 0, 0, 0, 0, 0});
  ScoredSet tags(TaskKind::tag, {"N", "V"});
  tags.add_tags({"N", "N", "V"}, {"V", "cut", "V"});
  CHECK(electra::confusion(tags.scored()) == std::vector<Index>{0, 1, 0, 1});
  ScoredSet numbers(TaskKind::regress, {});
  numbers.add_number(1, 2);
  CHECK(electra::confusion(numbers.scored()).empty());
}

TEST_CASE("each label has its precision, recall, F1 and support") {
  ScoredSet set(TaskKind::classify, {"a", "b", "c"});
  set.add_class(0, 0);
  set.add_class(0, 1);
  set.add_class(0, 1);
  set.add_class(1, 1);
  const std::vector<LabelScore> scores = electra::label_scores(set.scored());
  REQUIRE(scores.size() == 3);
  CHECK(scores[0].label == "a");
  CHECK(scores[0].precision == 1);
  CHECK(scores[0].recall == Approx(1.0 / 3));
  CHECK(scores[0].f1 == Approx(0.5));
  CHECK(scores[0].support == 3);
  CHECK(scores[1].precision == Approx(1.0 / 3));
  CHECK(scores[1].recall == 1);
  CHECK(scores[1].support == 1);
  CHECK(scores[2].f1 == 0);
  CHECK(scores[2].support == 0);
}

TEST_CASE("several labels are scored one by one, words by tag, and numbers not at all") {
  ScoredSet several(TaskKind::multilabel, {"a", "b"});
  auto [example, prediction] = several.add();
  example.labels = {"a"};
  prediction.outputs = {0.9, 0.9};
  const std::vector<LabelScore> scores = electra::label_scores(several.scored());
  CHECK(scores[0].f1 == 1);
  CHECK(scores[1].precision == 0);
  CHECK(scores[1].support == 0);
  ScoredSet tags(TaskKind::tag, {"N", "V"});
  tags.add_tags({"N", "N", "V"}, {"N", "cut", "V"});
  CHECK(electra::label_scores(tags.scored())[0].recall == 0.5);
  CHECK(electra::label_scores(tags.scored())[0].precision == 1);
  ScoredSet numbers(TaskKind::regress, {});
  numbers.add_number(1, 2);
  CHECK(electra::label_scores(numbers.scored()).empty());
}
