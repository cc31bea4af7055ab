#include "electra/infer/sentence_scorer.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "electra/core/error.h"
#include "electra/infer/detector.h"
#include "infer/network_answer.h"
#include "infer/saved_generator.h"
#include "infer/saved_predictor.h"
#include "infer/text_laws.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

void check_same(const SentenceScore& found, const SentenceScore& expected) {
  CHECK(found.ids == expected.ids);
  CHECK(found.score == Approx(expected.score).margin(1e-5));
  check_close(found.token_scores, expected.token_scores);
}

void save_scorer(const std::filesystem::path& directory, bool is_generator) {
  if (is_generator)
    save_generator(directory);
  else
    save_detector(directory, some_vocabulary(), 12);
}

}  // namespace

TEST_CASE("a discriminator's score is the sum of log(1 - p) over a text's tokens",
          "[sentence_scorer][law]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const SentenceScorer scorer(folder.path(), {.threads = 1});
  CHECK(scorer.method() == SentenceScorer::Method::discriminator);
  const SentenceScore found = scorer.score("The unknown caf\xc3\xa9 .");
  const Detection detection =
      Detector(folder.path(), {.threads = 1}).detect("The unknown caf\xc3\xa9 .");
  REQUIRE(found.token_scores.size() == detection.ids.size() - 2);
  double sum = 0;
  for (std::size_t i = 0; i < found.token_scores.size(); ++i) {
    const double expected = std::log(1 - detection.probabilities[i + 1]);
    CHECK(found.token_scores[i] == Approx(expected));
    CHECK(found.ids[i] == detection.ids[i + 1]);
    CHECK(found.spans[i] == detection.spans[i + 1]);
    CHECK(found.byte_spans[i] == detection.byte_spans[i + 1]);
    sum += expected;
  }
  CHECK(found.score == Approx(sum));
  CHECK(scorer.score("").score == 0);
}

TEST_CASE("a discriminator's score is finite however sure it is", "[sentence_scorer]") {
  const TemporaryFolder folder;
  const auto score_with = [&](float bias) {
    save_detector(folder.path(), some_vocabulary(), tiny_detector(12), [&](ParameterStore& store) {
      for (float& weight : store.find("head/score/weight")->master.span<float>()) weight = 0;
      store.find("head/score/bias")->master.span<float>()[0] = bias;
    });
    return SentenceScorer(folder.path(), {.threads = 1}).score("the ship").score;
  };
  CHECK(score_with(900) == Approx(-1800));
  CHECK(score_with(-900) == 0);
}

TEST_CASE("a generator's score is each token's log-probability where it alone is masked",
          "[sentence_scorer][law]") {
  const TemporaryFolder folder;
  save_generator(folder.path());
  const SentenceScorer scorer(folder.path(), {.threads = 1});
  CHECK(scorer.method() == SentenceScorer::Method::generator);
  const std::vector<std::int32_t> ids{2, 5, 9, 10, 6, 3};
  const SentenceScore found = scorer.score("the caf\xc3\xa9 ship");
  REQUIRE(found.ids == std::vector<std::int32_t>(ids.begin() + 1, ids.end() - 1));
  double sum = 0;
  for (std::size_t i = 1; i + 1 < ids.size(); ++i) {
    std::vector<std::int32_t> masked = ids;
    masked[i] = 4;
    const std::vector<float> rows = rows_of(folder.path(), masked, 12);
    double all = 0;
    for (std::size_t k = 0; k < 12; ++k) all += std::exp(static_cast<double>(rows[12 * i + k]));
    const double expected = rows[12 * i + static_cast<std::size_t>(ids[i])] - std::log(all);
    CHECK(found.token_scores[i - 1] == Approx(expected).margin(1e-5));
    sum += expected;
  }
  CHECK(found.score == Approx(sum).margin(1e-5));
  CHECK(scorer.score("").score == 0);
}

TEST_CASE("texts are scored in their order, each as by itself, by any number of threads",
          "[sentence_scorer][law][threads]") {
  const TemporaryFolder folder;
  save_scorer(folder.path(), GENERATE(true, false));
  const SentenceScorer scorer(folder.path(), {.threads = 1, .workers = 4});
  const auto many = [&](const std::vector<std::string>& texts) { return scorer.score(texts); };
  check_order(
      many, [&](const std::string& text) { return scorer.score(std::string_view(text)); },
      check_same);
  check_threads(many, [](const SentenceScore& found, const SentenceScore& expected) {
    return found.token_scores == expected.token_scores;
  });
}

TEST_CASE("a text that is too long to score is refused, cut, or scored by the nearest windows",
          "[sentence_scorer][law]") {
  const TemporaryFolder folder;
  save_scorer(folder.path(), GENERATE(true, false));
  const std::string text = "the ship . the ship the . ship the";
  CHECK_THAT(message_of<InputError>([&] {
               (void)SentenceScorer(folder.path(), {.threads = 1}).score({"the", text});
             }),
             Contains("text 1 has 11 tokens") && Contains("at most 8"));
  const SentenceScorer cuts(folder.path(), {.threads = 1, .length = LongText::truncate});
  CHECK(cuts.score(text).left_out == 3);
  check_same(cuts.score(text), cuts.score("the ship . the ship the"));
  const SentenceScorer windows(folder.path(), {.threads = 1, .length = LongText::windows});
  const SentenceScore found = windows.score(text);
  const SentenceScore first = cuts.score("the ship . the ship the");
  const SentenceScore second = cuts.score("the . ship the");
  std::vector<double> expected(first.token_scores.begin(), first.token_scores.begin() + 5);
  expected.insert(expected.end(), second.token_scores.begin(), second.token_scores.end());
  check_close(found.token_scores, expected);
  CHECK(found.score == Approx(std::accumulate(expected.begin(), expected.end(), 0.0)).margin(1e-4));
}

TEST_CASE("a generator scores a long list by parts, and every text of it",
          "[sentence_scorer][law]") {
  const TemporaryFolder folder;
  save_generator(folder.path());
  const SentenceScorer scorer(folder.path(), {.threads = 1});
  // 36 tokens to be read of each text: more than two parts of 65,536.
  const std::vector<std::string> texts(4000, "the ship . the the");
  const std::vector<SentenceScore> found = scorer.score(texts);
  REQUIRE(found.size() == texts.size());
  const SentenceScore expected = scorer.score(texts[0]);
  int differences = 0;
  for (const SentenceScore& each : found)
    differences += std::abs(each.score - expected.score) > 1e-4 ? 1 : 0;
  CHECK(differences == 0);
}

TEST_CASE("a scorer opens a generator or a discriminator, and no other", "[sentence_scorer]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "classify");
  CHECK_THAT(
      message_of<IoError>([&] { const SentenceScorer scorer(folder.path()); }),
      Contains("expected a head of masked_token or replaced_token for a SentenceScorer") &&
          Contains("found ElectraForSequenceClassification (classify), which Classifier opens"));
}

TEST_CASE("a score that is not finite names its text", "[sentence_scorer]") {
  const TemporaryFolder folder;
  save_generator(folder.path(), 8, [](ParameterStore& store) {
    for (float& weight : store.find("head/norm/gain")->master.span<float>()) weight = 3e38F;
  });
  CHECK_THAT(message_of<InputError>([&] {
               (void)SentenceScorer(folder.path(), {.threads = 1}).score({"", "the"});
             }),
             Contains("text 1 has no answer"));
}
