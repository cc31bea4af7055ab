#include "electra/tasks/prediction.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "electra/core/error.h"
#include "support/temporary_folder.h"

using electra::AnswerOptions;
using electra::ConfigError;
using electra::Error;
using electra::Feature;
using electra::Index;
using electra::InputError;
using electra::predict_answer;
using electra::Prediction;
using electra::ShapeError;
using electra::WindowLogits;
using electra::test::message_of;

namespace {

using Floats = std::vector<float>;

constexpr float infinity = std::numeric_limits<float>::infinity();
const float nan_value = std::nanf("");

const std::string passage = "ab cd ef gh";

/// [CLS] ? [SEP] and tokens of the passage from `first` to before `end`, of two letters each,
/// [SEP].
Feature window(Index first = 0, Index end = 4) {
  Feature feature;
  feature.passage = 3;
  for (Index i = first; i < end; ++i) feature.passage_bytes.push_back({3 * i, 3 * i + 2});
  feature.ids.assign(static_cast<std::size_t>(end - first) + 4, 5);
  return feature;
}

/// Logits of start and end, all but these -1. Places are of the window.
struct Raised {
  std::size_t place;
  float start, end;
};
Floats logits(const Feature& feature, const std::vector<Raised>& raised) {
  Floats all(feature.ids.size() * 2, -1);
  for (const auto& [place, start, end] : raised) {
    all[2 * place] = start;
    all[2 * place + 1] = end;
  }
  return all;
}

Prediction answer_of(const std::vector<Raised>& raised, const AnswerOptions& options = {}) {
  const Feature feature = window();
  const Floats all = logits(feature, raised);
  return predict_answer(passage, std::vector<WindowLogits>{{&feature, all}}, options);
}

}  // namespace

TEST_CASE("probabilities of classes are the softmax of logits, however large") {
  const Prediction one = electra::predict_class(Floats{0, std::log(3.0F), 0});
  REQUIRE(one.outputs.size() == 3);
  CHECK(one.outputs[0] == Approx(0.2));
  CHECK(one.outputs[1] == Approx(0.6));
  const Prediction large = electra::predict_class(Floats{1e30F, 1e30F, -1e30F});
  CHECK(large.outputs == std::vector<double>{0.5, 0.5, 0});
}

TEST_CASE("probabilities of several labels are sigmoids, however large") {
  const Prediction one = electra::predict_labels(Floats{0, std::log(3.0F), 1e30F, -1e30F});
  CHECK(one.outputs[0] == 0.5);
  CHECK(one.outputs[1] == Approx(0.75));
  CHECK(one.outputs[2] == 1);
  CHECK(one.outputs[3] == 0);
}

TEST_CASE("a number is what the model says") {
  CHECK(electra::predict_number(-2.5F).outputs == std::vector<double>{-2.5});
}

TEST_CASE("a word's tag is the best of its first piece, the earlier one of equals") {
  Feature feature;
  feature.ids.assign(4, 5);
  feature.words = {1, -1, 2};
  const Floats logits = {9, 0, 0, /**/ 1, 2, 2, /**/ 3, 1, 2, /**/ 0, 0, 9};
  CHECK(electra::predict_tags(feature, logits, 3).tags == std::vector<std::int32_t>{1, -1, 0});
}

TEST_CASE("outputs that are not finite, or too few, are refused") {
  CHECK_THROWS_AS(electra::predict_class(Floats{0, nan_value}), Error);
  CHECK_THROWS_AS(electra::predict_labels(Floats{infinity}), Error);
  CHECK_THROWS_AS(electra::predict_number(nan_value), Error);
  CHECK_THROWS_AS(answer_of({{4, nan_value, 0}}), Error);
  const Feature feature = window();
  CHECK_THROWS_AS(electra::predict_tags(feature, Floats(7), 2), ShapeError);
  const Floats few(3);
  CHECK_THROWS_AS(predict_answer(passage, std::vector<WindowLogits>{{&feature, few}}, {}),
                  ShapeError);
  CHECK_THROWS_AS(predict_answer(passage, {}, {}), InputError);
  CHECK_THROWS_AS(answer_of({}, {.longest = 0}), ConfigError);
}

TEST_CASE("an answer is the slice of the passage with the best start and end") {
  const Prediction one = answer_of({{4, 5, 0}, {5, 0, 4}, {0, 2, 1}});
  CHECK(one.answer == "cd ef");
  CHECK(one.span == Feature::Bytes{3, 8});
  CHECK(one.score == 9);
  CHECK(one.null_score == 3);
}

TEST_CASE("an answer does not run backwards, beyond the passage, or too far") {
  // The best end is before the best start.
  CHECK(answer_of({{5, 5, 0}, {3, 3, 5}}).answer == "ab");
  // Question and [SEP] are no answer.
  CHECK(answer_of({{1, 9, 9}, {7, 9, 9}, {4, 1, 1}}).answer == "cd");
  CHECK(answer_of({{3, 5, 0}, {6, 0, 5}}, {.longest = 3}).answer == "ab");
  CHECK(answer_of({{3, 5, 0}, {6, 0, 5}}, {.longest = 4}).answer == passage);
}

TEST_CASE("of equal answers the earlier one counts") {
  CHECK(answer_of({}).answer == "ab");
  CHECK(answer_of({{4, 1, 1}, {6, 1, 1}}).answer == "cd");
}

TEST_CASE("only the best starts and ends of a window are looked at, if any fits") {
  // Start 6 and end 3 are best, and no span: all are looked at.
  const std::vector<Raised> raised = {{6, 5, 0}, {3, 0, 5}, {4, 1, 2}};
  CHECK(answer_of(raised, {.candidates = 1}).answer == "ab");
  CHECK(answer_of({{1, 5, 5}, {2, 4, 4}, {4, 1, 1}}, {.candidates = 2}).answer == "cd");
  // Among the two best are 4 and 5; all four would give 6 and 6.
  CHECK(answer_of({{4, 2, 0}, {5, 3, 1.5F}, {6, 1.9F, 1.4F}}, {.candidates = 1}).answer == "ef");
}

TEST_CASE("windows compete, and the null score is the least of theirs") {
  const Feature first = window(0, 2);
  const Feature second = window(2, 4);
  const Floats a = logits(first, {{0, 4, 4}, {3, 1, 1}});
  const Floats b = logits(second, {{0, 2, 1}, {4, 2, 2}});
  const std::vector<WindowLogits> windows = {{&first, a}, {&second, b}};
  const Prediction one = predict_answer(passage, windows, {});
  CHECK(one.answer == "gh");
  CHECK(one.span == Feature::Bytes{9, 11});
  CHECK(one.score == 4);
  CHECK(one.null_score == 3);
}

TEST_CASE("an answer is withheld above the threshold, where it may be") {
  const std::vector<Raised> raised = {{0, 3, 3}, {4, 2, 2}};
  CHECK(answer_of(raised).answer == "cd");
  CHECK(answer_of(raised, {.may_be_null = true}).answer.empty());
  CHECK(answer_of(raised, {.may_be_null = true}).score == 4);
  CHECK(answer_of(raised, {.null_threshold = 2, .may_be_null = true}).answer == "cd");
  CHECK(answer_of(raised, {.null_threshold = 1.9, .may_be_null = true}).answer.empty());
  CHECK(answer_of({{0, 2, 2}, {4, 2, 2}}, {.may_be_null = true}).answer == "cd");
}

TEST_CASE("a passage without tokens has no answer, and a finite score") {
  const Feature empty = window(0, 0);
  const Floats all = logits(empty, {{0, 1, 2}});
  const Prediction one = predict_answer("", std::vector<WindowLogits>{{&empty, all}}, {});
  CHECK(one.answer.empty());
  CHECK(one.score == 3);
  CHECK(one.null_score == 3);
}

TEST_CASE("the best answers are those that compete, the best first, each once") {
  const Feature first = window(0, 3), second = window(1, 4);  // both hold "cd" and "ef"
  const Floats a = logits(first, {{3, 1, 1}, {4, 4, 4}});
  const Floats b = logits(second, {{3, 4, 4}, {5, 3, 3}});
  const std::vector<WindowLogits> windows = {{&first, a}, {&second, b}};
  const auto best = electra::best_answers(windows, {}, 4);
  REQUIRE(best.size() == 4);
  CHECK(best[0].span == predict_answer(passage, windows, {}).span);
  CHECK(best[0].span == Feature::Bytes{3, 5});
  CHECK(best[0].score == 8);
  CHECK(best[1].span == Feature::Bytes{3, 11});
  CHECK(best[1].score == 7);
  CHECK(best[2].span == Feature::Bytes{9, 11});
  CHECK(best[3].span == Feature::Bytes{0, 5});
  CHECK(electra::best_answers(windows, {.longest = 1}, 99).size() == 4);
  CHECK(electra::best_answers(windows, {}, 0).empty());
  const Feature empty = window(0, 0);
  const Floats none = logits(empty, {});
  CHECK(electra::best_answers(std::vector<WindowLogits>{{&empty, none}}, {}, 3).empty());
}
