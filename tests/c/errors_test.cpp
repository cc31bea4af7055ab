#include <catch2/catch.hpp>
#include <thread>

#include "c/opened.h"
#include "infer/saved_predictor.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;
using test::message_of;

TEST_CASE("a NULL argument is an error, and nothing is given", "[c]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "classify");
  const std::string path = folder.path().string();
  electra_classifier* classifier = nullptr;
  CHECK_THAT(message_of(electra_classifier_open(nullptr, nullptr, &classifier)),
             Contains("directory: expected a pointer, found NULL"));
  CHECK_THAT(message_of(electra_classifier_open(path.c_str(), nullptr, nullptr)), Contains("NULL"));
  const auto opened_one = opened(electra_classifier_open, electra_classifier_free, path);
  const electra_classifications* found = nullptr;
  const electra_text text = electra_string("the");
  CHECK_THAT(message_of(electra_classifier_run(nullptr, &text, 1, &found)), Contains("the model"));
  CHECK_THAT(message_of(electra_classifier_run(opened_one.get(), nullptr, 1, &found)),
             Contains("texts"));
  CHECK_THAT(message_of(electra_classifier_run(opened_one.get(), &text, 1, nullptr)),
             Contains("the place of the result"));
  const electra_text bad{nullptr, 2};
  CHECK_THAT(message_of(electra_classifier_run(opened_one.get(), &bad, 1, &found)),
             Contains("a text's data"));
  CHECK(found == nullptr);
  electra_error* error = electra_classifier_labels(opened_one.get(), nullptr);
  CHECK(electra_error_code(error) == ELECTRA_ARGUMENT_ERROR);
  electra_error_free(error);
  require_none(electra_classifier_run(opened_one.get(), nullptr, 0, &found));
  REQUIRE(found != nullptr);
  CHECK(found->count == 0);
  electra_classifications_free(found);
}

TEST_CASE("every free takes NULL", "[c]") {
  electra_detector_free(nullptr);
  electra_detections_free(nullptr);
  electra_classifier_free(nullptr);
  electra_classifications_free(nullptr);
  electra_regressor_free(nullptr);
  electra_regressions_free(nullptr);
  electra_tagger_free(nullptr);
  electra_taggings_free(nullptr);
  electra_question_answerer_free(nullptr);
  electra_answers_free(nullptr);
  electra_text_embedder_free(nullptr);
  electra_vectors_free(nullptr);
  electra_masked_language_model_free(nullptr);
  electra_fillings_free(nullptr);
  electra_sentence_scorer_free(nullptr);
  electra_scores_free(nullptr);
}

TEST_CASE("what cannot be opened or answered says why, and leaves NULL", "[c]") {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  int some = 0;
  auto* detector = reinterpret_cast<electra_detector*>(&some);
  electra_error* error = electra_detector_open(path.c_str(), nullptr, &detector);
  CHECK(electra_error_code(error) == ELECTRA_IO_ERROR);
  CHECK_THAT(message_of(error), Contains("config.json"));
  CHECK(detector == nullptr);
  save_predictor(folder.path(), "tag");
  electra_question_answerer* answerer = nullptr;
  error = electra_question_answerer_open(path.c_str(), nullptr, &answerer);
  CHECK(electra_error_code(error) == ELECTRA_IO_ERROR);
  CHECK_THAT(message_of(error), Contains("QuestionAnswerer") && Contains("Tagger"));

  const auto tagger = opened(electra_tagger_open, electra_tagger_free, path);
  const std::string words = "the the the the the the the the the the the the the the the";
  const electra_text both[] = {electra_string("the"), {words.data(), words.size()}};
  const electra_taggings* found = nullptr;
  error = electra_tagger_run(tagger.get(), both, 2, &found);
  CHECK(electra_error_code(error) == ELECTRA_INPUT_ERROR);
  CHECK_THAT(message_of(error), Contains("text 1 has 17 tokens"));
  CHECK(found == nullptr);
  electra_options options = one_thread();
  options.length = ELECTRA_TRUNCATE;
  const auto cuts = opened(electra_tagger_open, electra_tagger_free, path, options);
  require_none(electra_tagger_run(cuts.get(), both, 2, &found));
  CHECK(found->items[1].left_out == 1);
  electra_taggings_free(found);
}

TEST_CASE("a result outlives its model", "[c]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "classify");
  auto classifier =
      opened(electra_classifier_open, electra_classifier_free, folder.path().string());
  const electra_text text = electra_string("the");
  using Found = const electra_classifications;
  const auto found = given<Found>(electra_classifications_free, [&](Found** all) {
    return electra_classifier_run(classifier.get(), &text, 1, all);
  });
  classifier.reset();
  CHECK_FALSE(string_of(found->items[0].best.name).empty());
}

TEST_CASE("eight threads on one model of C get what one gets", "[c][law][threads]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "embed");
  electra_options options = one_thread();
  options.workers = 3;
  const auto embedder = opened(electra_text_embedder_open, electra_text_embedder_free,
                               folder.path().string(), options);
  const auto values = [&] {
    const electra_text texts[] = {electra_string("the ship ."), electra_string("unknown")};
    const electra_vectors* found = nullptr;
    electra_error* error = electra_text_embedder_run(embedder.get(), texts, 2, &found);
    std::vector<float> copied;
    if (error == nullptr) copied.assign(found->values, found->values + 2 * found->dimension);
    electra_error_free(error);
    electra_vectors_free(found);
    return copied;
  };
  const std::vector<float> expected = values();
  REQUIRE(expected.size() == 256);
  std::vector<int> differences(8, 0);
  std::vector<std::thread> threads;
  for (int& each : differences)
    threads.emplace_back([&] {
      for (int turn = 0; turn < 5; ++turn) each += values() == expected ? 0 : 1;
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(differences == std::vector<int>(8, 0));
}
