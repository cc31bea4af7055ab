#include <algorithm>
#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "electra/infer/predictor.h"
#include "infer/predicted.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

TEST_CASE("a passage that is too long is read in windows, and any of them may have the answer",
          "[predictor][law]") {
  const TemporaryFolder folder;
  StoredHead head = some_head("answer");
  head.length = 9;  // [CLS] question [SEP] passage [SEP]: 5 tokens of the passage at once
  head.stride = 2;
  save_predictor(folder.path(), head);
  Examples examples = texts_of({"the ship . the the ship . unknown the the café . the ship"});
  examples.rows[0].text_b = "the";
  const Predictor predictor(folder.path(), {.threads = 1});
  const Prediction found = predictor.predict(examples).front();
  CHECK(predictor.cut(examples) == 0);

  const Vocabulary vocabulary = some_vocabulary();
  const Wordpiece wordpiece(vocabulary, {});
  const FeatureMaker maker(wordpiece, vocabulary.special_ids(), TaskKind::answer,
                           {.length = 9, .stride = 2});
  const std::vector<Feature> windows = maker.features(examples.rows[0], 0, false);
  REQUIRE(windows.size() > 3);
  std::vector<FeatureOutput> outputs;
  for (const Feature& window : windows) {
    const std::vector<float> padded = logits_of(folder.path(), window.ids, window.types);
    FeatureOutput& output = outputs.emplace_back();
    for (std::size_t token = 0; token < window.ids.size(); ++token)
      for (std::size_t k = 0; k < 2; ++k)
        output.push_back(padded[token * (padded.size() / window.ids.size()) + k]);
  }
  const auto expected = predictions_of(TaskKind::answer, examples, windows, outputs, 2, {});
  check_same(found, expected.front());
}

TEST_CASE("a model that may withhold an answer does so above its threshold", "[predictor]") {
  const TemporaryFolder folder;
  StoredHead head = some_head("answer");
  Examples examples = texts_of({"the ship ."});
  examples.rows[0].text_b = "unknown";
  const auto answer_with = [&](double threshold) {
    head.unanswerable = true;
    head.null_threshold = threshold;
    save_predictor(folder.path(), head);
    return Predictor(folder.path(), {.threads = 1}).predict(examples).front();
  };
  const Prediction given = answer_with(1e6);
  CHECK_FALSE(given.answer.empty());
  const double gap = given.null_score - given.score;
  CHECK(answer_with(gap - 0.01).answer.empty());
  CHECK(answer_with(gap + 0.01).answer == given.answer);
}

TEST_CASE("no answer has more tokens than the model was trained to give", "[predictor][law]") {
  const TemporaryFolder folder;
  StoredHead head = some_head("answer");
  // An end is likely where a start is not, so that the best start and the best end lie apart.
  const auto opposed = [](ParameterStore& store) {
    const std::span<float> weight = store.find("head/output/weight")->master.span<float>();
    const auto width = static_cast<std::size_t>(store.find("head/output/weight")->shape[1]);
    for (std::size_t i = 0; i < width; ++i) weight[width + i] = -weight[i];
  };
  Examples examples = texts_of({"the ship . unknown the the . ship", "ship . the ship unknown ."});
  for (Example& example : examples.rows) example.text_b = ".";
  const auto words_with = [&](Index longest) {
    head.max_answer_length = longest;
    save_predictor(folder.path(), head, 16, opposed);
    Index words = 0;
    for (const Prediction& found : Predictor(folder.path(), {.threads = 1}).predict(examples))
      words = std::max<Index>(words, std::ranges::count(found.answer, ' ') + 1);
    return words;
  };
  REQUIRE(words_with(30) > 2);
  CHECK(words_with(2) <= 2);
  CHECK(words_with(1) == 1);
}
