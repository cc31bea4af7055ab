#include "electra/tasks/null_threshold.h"

#include <catch2/catch.hpp>

#include "electra/tasks/scores.h"

using namespace electra;

namespace {

/// A question with this answer ("": none), what is said of it, and how much more "none" scores.
struct Asked {
  std::string right, said;
  double margin = 0;
};

struct Case {
  explicit Case(const std::vector<Asked>& asked) {
    for (const Asked& one : asked) {
      Example example;
      if (!one.right.empty()) example.answers.push_back({one.right, 0});
      examples.rows.push_back(example);
      Prediction prediction;
      prediction.answer = one.said;
      prediction.span = {0, 1};
      prediction.null_score = one.margin;
      predictions.push_back(prediction);
    }
  }
  [[nodiscard]] double f1_at(double threshold) const {
    std::vector<Prediction> withheld = predictions;
    withhold_answers(threshold, withheld);
    for (const Score& score : scores({.task = TaskKind::answer,
                              .examples = examples,
                              .labels = labels,
                              .predictions = withheld}))
      if (score.info->key == "f1") return score.value;
    return -1;
  }

  Examples examples;
  Labels labels;
  std::vector<Prediction> predictions;
};

}  // namespace

TEST_CASE("the threshold is the one that scores best, whatever it parts", "[null_threshold][law]") {
  const Case mixed({{"rome", "rome", -3},
                    {"", "paris", 2},
                    {"london", "the london", -0.5},
                    {"", "oslo", -1},
                    {"a long answer", "answer", 1},
                    {"bern", "basel", 1},
                    {"", "bonn", 0.25}});
  const double best = best_null_threshold(mixed.examples, mixed.predictions);
  for (const double other : {-9.0, -2.0, -0.75, -0.1, 0.1, 0.5, 1.5, 9.0})
    CHECK(mixed.f1_at(best) >= mixed.f1_at(other));
  CHECK(mixed.f1_at(best) == Approx(4.0 / 7));
}

TEST_CASE("where every question has an answer nothing is withheld", "[null_threshold]") {
  const Case all({{"rome", "rome", 5}, {"paris", "paris", -5}});
  CHECK(best_null_threshold(all.examples, all.predictions) > 5);
}

TEST_CASE("where none has, everything is withheld", "[null_threshold]") {
  const Case none({{"", "rome", 5}, {"", "paris", -5}});
  CHECK(none.f1_at(best_null_threshold(none.examples, none.predictions)) == 1);
}

TEST_CASE("a threshold that may be 0 is 0", "[null_threshold]") {
  const Case parted({{"rome", "rome", -1}, {"", "paris", 7}});
  CHECK(best_null_threshold(parted.examples, parted.predictions) == 0);
}

TEST_CASE("equal margins are not parted", "[null_threshold]") {
  const Case same({{"rome", "rome", 1}, {"", "paris", 1}, {"bern", "bern", 1}});
  CHECK(same.f1_at(best_null_threshold(same.examples, same.predictions)) == Approx(2.0 / 3));
}
