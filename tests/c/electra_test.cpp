#include <catch2/catch.hpp>

#include "c/opened.h"
#include "electra/core/build_config.h"
#include "electra/infer/classifier.h"
#include "electra/infer/detector.h"
#include "electra/infer/masked_language_model.h"
#include "electra/infer/question_answerer.h"
#include "electra/infer/regressor.h"
#include "electra/infer/sentence_scorer.h"
#include "electra/infer/tagger.h"
#include "infer/saved_generator.h"
#include "infer/saved_predictor.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;
using test::message_of;

namespace {

const std::vector<std::string> texts{"the ship .", "", std::string("the\0 [MASK] \xff", 13),
                                     "unknown caf\xc3\xa9"};

bool same(electra_span a, TextSpan b) { return a.begin == b.begin && a.end == b.end; }

}  // namespace

TEST_CASE("the version is the library's", "[c]") { CHECK(electra_version() == version); }

TEST_CASE("a detector of C says what that of C++ says", "[c][law]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const auto detector =
      opened(electra_detector_open, electra_detector_free, folder.path().string());
  const auto found =
      given<const electra_detections>(electra_detections_free, [&](const electra_detections** all) {
        return electra_detector_run(detector.get(), c_texts(texts).data(), texts.size(), all);
      });
  const auto expected = Detector(folder.path(), {.threads = 1}).detect(texts);
  REQUIRE(found->count == texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const electra_detection& item = found->items[i];
    REQUIRE(item.count == expected[i].ids.size());
    for (std::size_t k = 0; k < item.count; ++k) {
      CHECK(item.ids[k] == expected[i].ids[k]);
      CHECK(string_of(item.tokens[k]) == expected[i].tokens[k]);
      CHECK(item.probabilities[k] == expected[i].probabilities[k]);
      CHECK(same(item.spans[k], expected[i].spans[k]));
      CHECK(same(item.byte_spans[k], expected[i].byte_spans[k]));
    }
  }
}

TEST_CASE("a classifier of C says what that of C++ says, of pairs too", "[c][law]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), GENERATE("classify", "multilabel"));
  const auto classifier =
      opened(electra_classifier_open, electra_classifier_free, folder.path().string());
  electra_labels labels;
  require_none(electra_classifier_labels(classifier.get(), &labels));
  REQUIRE(labels.count == 3);
  CHECK(string_of(labels.names[1]) == "fair");
  const auto check = [](const electra_classifications& found,
                        const std::vector<ClassifiedText>& expected) {
    REQUIRE(found.count == expected.size());
    for (std::size_t i = 0; i < found.count; ++i) {
      CHECK(string_of(found.items[i].best.name) == expected[i].name);
      CHECK(found.items[i].best.probability == expected[i].probability);
      REQUIRE(found.items[i].count == expected[i].labels.size());
      for (std::size_t k = 0; k < found.items[i].count; ++k)
        CHECK(string_of(found.items[i].labels[k].name) == expected[i].labels[k].name);
      REQUIRE(found.items[i].probability_count == 3);
      for (std::size_t k = 0; k < 3; ++k)
        CHECK(found.items[i].probabilities[k] == expected[i].probabilities[k]);
    }
  };
  using Found = const electra_classifications;
  const Classifier expected(folder.path(), {.threads = 1});
  check(*given<Found>(electra_classifications_free,
                      [&](Found** all) {
                        return electra_classifier_run(classifier.get(), c_texts(texts).data(),
                                                      texts.size(), all);
                      }),
        expected.classify(texts));
  const electra_pair pair{electra_string("the"), electra_string("ship .")};
  check(*given<Found>(electra_classifications_free,
                      [&](Found** all) {
                        return electra_classifier_run_pairs(classifier.get(), &pair, 1, all);
                      }),
        {expected.classify(TextPair{"the", "ship ."})});
}

TEST_CASE("a regressor of C says what that of C++ says, of pairs too", "[c][law]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "regress");
  const auto regressor =
      opened(electra_regressor_open, electra_regressor_free, folder.path().string());
  using Found = const electra_regressions;
  const auto found = given<Found>(electra_regressions_free, [&](Found** all) {
    return electra_regressor_run(regressor.get(), c_texts(texts).data(), texts.size(), all);
  });
  const Regressor expected(folder.path(), {.threads = 1});
  const auto values = expected.regress(texts);
  REQUIRE(found->count == values.size());
  for (std::size_t i = 0; i < values.size(); ++i) CHECK(found->items[i].value == values[i].value);
  const electra_pair pair{electra_string("the"), electra_string("ship .")};
  const auto of_pair = given<Found>(electra_regressions_free, [&](Found** all) {
    return electra_regressor_run_pairs(regressor.get(), &pair, 1, all);
  });
  CHECK(of_pair->items[0].value == expected.regress(TextPair{"the", "ship ."}).value);
}

TEST_CASE("a tagger of C says what that of C++ says, of words too", "[c][law]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "tag");
  const auto tagger = opened(electra_tagger_open, electra_tagger_free, folder.path().string());
  electra_labels labels;
  require_none(electra_tagger_labels(tagger.get(), &labels));
  CHECK(string_of(labels.names[0]) == "B-x");
  const auto check = [](const electra_tagging& found, const TaggedText& expected) {
    CHECK(string_of(found.text) == expected.text);
    REQUIRE(found.word_count == expected.words.size());
    for (std::size_t k = 0; k < found.word_count; ++k) {
      CHECK(string_of(found.words[k].word) == expected.words[k].word);
      CHECK(string_of(found.words[k].tag) == expected.words[k].tag);
      CHECK(found.words[k].probability == expected.words[k].probability);
      CHECK(same(found.words[k].byte_span, expected.words[k].byte_span));
    }
    REQUIRE(found.span_count == expected.spans.size());
    for (std::size_t k = 0; k < found.span_count; ++k) {
      CHECK(string_of(found.spans[k].kind) == expected.spans[k].kind);
      CHECK(string_of(found.spans[k].text) == expected.spans[k].text);
      CHECK(same(found.spans[k].words, expected.spans[k].words));
    }
  };
  using Found = const electra_taggings;
  const Tagger expected(folder.path(), {.threads = 1});
  const auto found = given<Found>(electra_taggings_free, [&](Found** all) {
    return electra_tagger_run(tagger.get(), c_texts(texts).data(), texts.size(), all);
  });
  const auto tagged = expected.tag(texts);
  REQUIRE(found->count == tagged.size());
  for (std::size_t i = 0; i < tagged.size(); ++i) check(found->items[i], tagged[i]);
  const std::vector<std::string> known{"the", "\xff", "don't"};
  const std::vector<electra_text> words = c_texts(known);
  const electra_words text{words.data(), words.size()};
  const auto of_words = given<Found>(electra_taggings_free, [&](Found** all) {
    return electra_tagger_run_words(tagger.get(), &text, 1, all);
  });
  check(of_words->items[0], expected.tag_words(known));
}

TEST_CASE("an answerer of C says what that of C++ says", "[c][law]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "answer");
  const auto answerer = opened(electra_question_answerer_open, electra_question_answerer_free,
                               folder.path().string());
  const electra_question question{electra_string("the"),
                                  electra_string("\xc3\xa9 caf\xc3\xa9 ship .")};
  using Found = const electra_answers;
  const auto found = given<Found>(electra_answers_free, [&](Found** all) {
    return electra_question_answerer_run(answerer.get(), &question, 1, 9, all);
  });
  const Answer expected = QuestionAnswerer(folder.path(), {.threads = 1})
                              .answer("the", "\xc3\xa9 caf\xc3\xa9 ship .", 9);
  REQUIRE(found->count == 1);
  const electra_answer& item = found->items[0];
  CHECK((item.is_there != 0) == expected.is_there);
  CHECK(string_of(item.best.text) == expected.best.text);
  CHECK(same(item.best.span, expected.best.span));
  CHECK(same(item.best.byte_span, expected.best.byte_span));
  CHECK(item.best.score == expected.best.score);
  CHECK(item.null_score == expected.null_score);
  REQUIRE(item.count == expected.answers.size());
  for (std::size_t k = 0; k < item.count; ++k) {
    CHECK(string_of(item.answers[k].text) == expected.answers[k].text);
    CHECK(same(item.answers[k].span, expected.answers[k].span));
    CHECK(same(item.answers[k].byte_span, expected.answers[k].byte_span));
  }
}

TEST_CASE("a masked-language model of C says what that of C++ says", "[c][law]") {
  const TemporaryFolder folder;
  save_generator(folder.path());
  const auto model = opened(electra_masked_language_model_open, electra_masked_language_model_free,
                            folder.path().string());
  using Found = const electra_fillings;
  const auto found = given<Found>(electra_fillings_free, [&](Found** all) {
    return electra_masked_language_model_run(model.get(), c_texts(texts).data(), texts.size(), 4,
                                             all);
  });
  const auto expected = MaskedLanguageModel(folder.path(), {.threads = 1}).fill(texts, 4);
  REQUIRE(found->count == 4);
  CHECK(found->items[0].count == 0);
  REQUIRE(found->items[2].count == 1);
  const electra_mask& mask = found->items[2].masks[0];
  CHECK(same(mask.byte_span, expected[2].masks[0].byte_span));
  REQUIRE(mask.count == 4);
  for (std::size_t k = 0; k < 4; ++k) {
    CHECK(mask.candidates[k].id == expected[2].masks[0].candidates[k].id);
    CHECK(string_of(mask.candidates[k].token) == expected[2].masks[0].candidates[k].token);
    CHECK(mask.candidates[k].probability == expected[2].masks[0].candidates[k].probability);
  }
}

TEST_CASE("a scorer of C says what that of C++ says", "[c][law]") {
  const TemporaryFolder folder;
  const bool is_generator = GENERATE(true, false);
  if (is_generator)
    save_generator(folder.path());
  else
    save_detector(folder.path(), some_vocabulary(), 12);
  const auto scorer =
      opened(electra_sentence_scorer_open, electra_sentence_scorer_free, folder.path().string());
  electra_method method;
  require_none(electra_sentence_scorer_method(scorer.get(), &method));
  CHECK((method == ELECTRA_GENERATOR) == is_generator);
  using Found = const electra_scores;
  const auto found = given<Found>(electra_scores_free, [&](Found** all) {
    return electra_sentence_scorer_run(scorer.get(), c_texts(texts).data(), texts.size(), all);
  });
  const auto expected = SentenceScorer(folder.path(), {.threads = 1}).score(texts);
  REQUIRE(found->count == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const electra_score& item = found->items[i];
    CHECK(item.score == expected[i].score);
    CHECK(std::vector<std::int32_t>(item.ids, item.ids + item.count) == expected[i].ids);
    CHECK(std::vector<double>(item.token_scores, item.token_scores + item.count) ==
          expected[i].token_scores);
  }
}
