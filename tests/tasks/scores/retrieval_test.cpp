#include "tasks/scores/retrieval.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "electra/core/error.h"
#include "tasks/scored_set.h"

using electra::Index;
using electra::TaskKind;
using electra::test::ScoredSet;

namespace {

/// Vectors of an angle on a circle.
std::vector<float> at(double angle) {
  return {static_cast<float>(std::cos(angle)), static_cast<float>(std::sin(angle))};
}

void add(ScoredSet& set, const std::string& text, const std::string& text_b, double angle,
         double angle_b) {
  auto [example, prediction] = set.add();
  example.text = text;
  example.text_b = text_b;
  prediction.vector = at(angle);
  prediction.vector_b = at(angle_b);
}

}  // namespace

TEST_CASE("a text's rank is the place of what belongs to it among all second texts") {
  ScoredSet set(TaskKind::embed, {});
  add(set, "p", "P", 0.0, 0.1);  // nearest its own
  add(set, "q", "Q", 0.1, 1.0);  // P and R are nearer
  add(set, "r", "R", 0.9, 0.5);  // Q is nearer
  CHECK(electra::retrieval_ranks(set.scored()) == std::vector<Index>{1, 3, 2});
  CHECK(set.value("recall_at_1") == Approx(1.0 / 3));
  CHECK(set.value("recall_at_10") == 1);
  CHECK(set.value("mrr") == Approx((1 + 1.0 / 3 + 1.0 / 2) / 3));
  CHECK(set.keys() == std::vector<std::string>{"recall_at_1", "recall_at_10", "mrr"});
}

TEST_CASE("equal texts count as right") {
  ScoredSet same_answer(TaskKind::embed, {});
  add(same_answer, "p", "P", 0, 1);
  add(same_answer, "q", "P", 1, 0);
  CHECK(electra::retrieval_ranks(same_answer.scored()) == std::vector<Index>{1, 1});
  ScoredSet same_text(TaskKind::embed, {});
  add(same_text, "p", "P", 0, 0.1);
  add(same_text, "p", "Q", 0, 1);
  CHECK(electra::retrieval_ranks(same_text.scored()) == std::vector<Index>{1, 1});
}

TEST_CASE("a wrong text counts once, however many examples have it") {
  ScoredSet set(TaskKind::embed, {});
  add(set, "p", "P", 0.0, 0.5);
  for (int i = 0; i < 5; ++i) add(set, "q" + std::to_string(i), "Q", 1.0, 0.1);
  CHECK(electra::retrieval_ranks(set.scored()).front() == 2);
  CHECK(electra::retrieval_ranks(set.scored()).back() == 2);  // P is nearer, and Q is one text
}

TEST_CASE("a model that gives all texts one vector is no good") {
  ScoredSet set(TaskKind::embed, {});
  for (int i = 0; i < 20; ++i) add(set, std::to_string(i), "x" + std::to_string(i), 0, 0);
  CHECK(set.value("recall_at_1") == Approx(1.0 / 20));
  CHECK(set.value("recall_at_10") == Approx(0.5));
}

TEST_CASE("cosines go over all elements of a vector") {
  ScoredSet set(TaskKind::embed, {});
  for (std::size_t i = 0; i < 19; ++i) {
    auto [example, prediction] = set.add();
    example.text = std::to_string(i);
    example.text_b = "x" + std::to_string(i);
    prediction.vector.assign(19, 0);
    prediction.vector[i] = 1;
    prediction.vector_b = prediction.vector;
  }
  CHECK(set.value("recall_at_1") == 1);
}

TEST_CASE("vectors of two lengths, or not finite, are refused") {
  ScoredSet set(TaskKind::embed, {});
  add(set, "p", "P", 0, 0);
  add(set, "q", "Q", 1, 1);
  set.predictions[1].vector_b.push_back(0);
  CHECK_THROWS_AS(set.value("mrr"), electra::ShapeError);
  set.predictions[1].vector_b = {0, std::nanf("")};
  CHECK_THROWS_AS(set.value("mrr"), electra::ShapeError);
}
