#include "electra/infer/classifier.h"

#include <catch2/catch.hpp>
#include <numeric>

#include "electra/core/error.h"
#include "electra/infer/predictor.h"
#include "infer/network_answer.h"
#include "infer/saved_predictor.h"
#include "infer/text_laws.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

void check_same(const ClassifiedText& found, const ClassifiedText& expected) {
  check_close(found.probabilities, expected.probabilities);
  CHECK(found.name == expected.name);
  CHECK(found.probability == Approx(expected.probability));
  REQUIRE(found.labels.size() == expected.labels.size());
  for (std::size_t i = 0; i < found.labels.size(); ++i)
    CHECK(found.labels[i].name == expected.labels[i].name);
}

Examples examples_of(const std::vector<std::string>& texts) {
  Examples examples;
  for (const std::string& text : texts) examples.rows.emplace_back().text = text;
  return examples;
}

}  // namespace

TEST_CASE("a classifier says of each text what the predictor says", "[classifier][law]") {
  const TemporaryFolder folder;
  const std::string task = GENERATE("classify", "multilabel");
  save_predictor(folder.path(), task);
  const Classifier classifier(folder.path(), {.threads = 1});
  CHECK(classifier.labels() == std::vector<std::string>{"bad", "fair", "good"});
  CHECK(classifier.has_several() == (task == "multilabel"));
  const std::vector<ClassifiedText> found = classifier.classify(some_texts);
  const auto expected = Predictor(folder.path(), {.threads = 1}).predict(examples_of(some_texts));
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(found[i].probabilities == expected[i].outputs);
}

TEST_CASE("the most probable label comes first, with its probability", "[classifier]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "classify");
  const Classifier classifier(folder.path(), {.threads = 1});
  for (const Label& label : classifier.classify({"the ship .", "unknown", ""})) {
    CHECK_FALSE(label.name.empty());
    CHECK(label.probability >= 1.0 / 3);
  }
  for (const ClassifiedText& found : classifier.classify(some_texts)) {
    const auto best = std::ranges::max_element(found.probabilities) - found.probabilities.begin();
    CHECK(found.name == classifier.labels()[static_cast<std::size_t>(best)]);
    CHECK(found.probability == found.probabilities[static_cast<std::size_t>(best)]);
    REQUIRE(found.labels.size() == 1);
    CHECK(found.labels[0].name == found.name);
    CHECK(std::accumulate(found.probabilities.begin(), found.probabilities.end(), 0.0) ==
          Approx(1));
  }
}

TEST_CASE("of several labels a text has those that are likelier than not, the likeliest first",
          "[classifier]") {
  const TemporaryFolder folder;
  const auto classify_with = [&](const std::vector<float>& biases) {
    save_predictor(folder.path(), some_head("multilabel"), 16, [&](ParameterStore& store) {
      for (float& weight : store.find("head/output/weight")->master.span<float>()) weight = 0;
      std::ranges::copy(biases, store.find("head/output/bias")->master.span<float>().begin());
    });
    return Classifier(folder.path(), {.threads = 1}).classify("the ship");
  };
  const ClassifiedText two = classify_with({1, -1, 2});
  REQUIRE(two.labels.size() == 2);
  CHECK(two.name == "good");
  CHECK(two.labels[0].name == "good");
  CHECK(two.labels[0].probability == Approx(1 / (1 + std::exp(-2.0))));
  CHECK(two.labels[1].name == "bad");
  const ClassifiedText none = classify_with({-3, -1, -2});
  CHECK(none.labels.empty());
  CHECK(none.name == "fair");
}

TEST_CASE("texts are classified in their order, each as by itself, by any number of threads",
          "[classifier][law][threads]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "classify");
  const Classifier classifier(folder.path(), {.threads = 1, .workers = 4});
  const auto many = [&](const std::vector<std::string>& texts) {
    return classifier.classify(texts);
  };
  check_order(
      many, [&](const std::string& text) { return classifier.classify(std::string_view(text)); },
      check_same);
  check_threads(many, [](const ClassifiedText& found, const ClassifiedText& expected) {
    return found.probabilities == expected.probabilities;
  });
}

TEST_CASE("pairs are classified as the predictor does, in their order", "[classifier][law]") {
  const TemporaryFolder folder;
  StoredHead head = some_head("classify");
  head.pairs = true;
  save_predictor(folder.path(), head, 16, [](ParameterStore& store) {
    for (float& weight : store.find("embeddings/type")->master.span<float>()) weight *= 30;
  });
  const Classifier classifier(folder.path(), {.threads = 1});
  const std::vector<TextPair> pairs{{"the ship", "."}, {"", "unknown the"}, {"the ship .", ""}};
  Examples examples = examples_of({});
  examples.pairs = true;
  for (const TextPair& pair : pairs) {
    examples.rows.emplace_back().text = pair.first;
    examples.rows.back().text_b = pair.second;
  }
  const auto expected = Predictor(folder.path(), {.threads = 1}).predict(examples);
  const std::vector<ClassifiedText> found = classifier.classify(pairs);
  REQUIRE(found.size() == pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    CHECK(found[i].probabilities == expected[i].outputs);
    check_same(found[i], classifier.classify(pairs[i]));
  }
  CHECK(classifier.classify({TextPair{"the", "."}, TextPair{".", "the"}}).size() == 2);
}

TEST_CASE("a text that is too long to classify is refused, cut, or averaged over its windows",
          "[classifier][law]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "classify", 8);  // 6 tokens of a text
  const std::string text = "the ship . the ship the . ship the";
  SECTION("refused, by its number") {
    const Classifier classifier(folder.path(), {.threads = 1});
    CHECK_THAT(message_of<InputError>([&] {
                 (void)classifier.classify({"the", text});
               }),
               Contains("text 1 has 11 tokens") && Contains("at most 8, the model's positions"));
    CHECK_THAT(message_of<InputError>([&] {
                 (void)classifier.classify(TextPair{"the ship .", "the ship ."});
               }),
               Contains("the pair has 9 tokens") && Contains("at most 8"));
  }
  SECTION("cut") {
    const Classifier classifier(folder.path(), {.threads = 1, .length = LongText::truncate});
    const ClassifiedText found = classifier.classify(text);
    const ClassifiedText start = classifier.classify("the ship . the ship the");
    CHECK(found.left_out == 3);
    CHECK(start.left_out == 0);
    CHECK(found.probabilities == start.probabilities);
    const ClassifiedText pair = classifier.classify(TextPair{"the ship . the", "the ship ."});
    CHECK(pair.left_out == 2);
    CHECK(pair.probabilities ==
          classifier.classify(TextPair{"the ship .", "the ship"}).probabilities);
  }
  SECTION("averaged: logits, as often as a window answers for tokens") {
    const Classifier classifier(folder.path(), {.threads = 1, .length = LongText::windows});
    // Tokens 0 to 5 and 5 to 8, of which the first answers for five and the second for four.
    const std::vector<float> a =
        logits_of(folder.path(), {2, 5, 6, 11, 5, 6, 5, 3}, std::vector<std::int32_t>(8));
    const std::vector<float> b =
        logits_of(folder.path(), {2, 5, 11, 6, 5, 3}, std::vector<std::int32_t>(6));
    std::vector<float> mean;
    for (std::size_t i = 0; i < 3; ++i) mean.push_back((5 * a[i] + 4 * b[i]) / 9);
    const auto windows = windows_over(9, 6);
    REQUIRE(windows.size() == 2);
    REQUIRE(windows[1].answers_to - windows[1].answers_from == 4);
    check_close(classifier.classify(text).probabilities, predict_class(mean).outputs);
    CHECK_THAT(message_of<InputError>([&] {
                 (void)classifier.classify({TextPair{"the", ""}, TextPair{text, "the"}});
               }),
               Contains("pair 1 has 13 tokens") && Contains("not read in windows"));
  }
}

TEST_CASE("a classifier reads texts as long as it was trained with, and says who says so",
          "[classifier]") {
  const TemporaryFolder folder;
  StoredHead head = some_head("classify");
  head.length = 6;  // of 16 positions
  save_predictor(folder.path(), head);
  const std::string text = "the ship . the ship";
  CHECK_THAT(message_of<InputError>(
                 [&] { (void)Classifier(folder.path(), {.threads = 1}).classify(text); }),
             Contains("the text has 7 tokens") && Contains("at most 6, libelectra.length in") &&
                 Contains("config.json"));
  CHECK(Classifier(folder.path(), {.threads = 1, .positions = 7}).classify(text).left_out == 0);
}

TEST_CASE("a directory of another head is refused with both heads", "[classifier]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  CHECK_THAT(message_of<IoError>([&] { const Classifier classifier(folder.path()); }),
             Contains((folder / "config.json").string()) &&
                 Contains("expected a head of classify or multilabel for a Classifier") &&
                 Contains("found ElectraForPreTraining (replaced_token), which Detector"));
  save_predictor(folder.path(), "regress");
  CHECK_THAT(message_of<IoError>([&] { const Classifier classifier(folder.path()); }),
             Contains("found ElectraForSequenceClassification (regress), which Regressor opens"));
}

TEST_CASE("a classification that is not finite names its text", "[classifier]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), some_head("classify"), 16, [](ParameterStore& store) {
    for (float& weight : store.find("head/output/weight")->master.span<float>()) weight = 3e38F;
  });
  const Classifier classifier(folder.path(), {.threads = 1});
  CHECK_THAT(message_of<InputError>([&] {
               (void)classifier.classify({"the", "ship"});
             }),
             Contains("text 0 has no answer") && Contains("expected a finite number"));
  CHECK_THAT(message_of<InputError>([&] {
               (void)classifier.classify(TextPair{"the", "ship"});
             }),
             Contains("the pair has no answer"));
}
