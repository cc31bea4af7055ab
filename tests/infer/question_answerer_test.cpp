#include "electra/infer/question_answerer.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "electra/data/unicode.h"
#include "electra/infer/predictor.h"
#include "infer/saved_predictor.h"
#include "infer/text_laws.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

std::vector<Question> questions_of(const std::vector<std::string>& passages) {
  std::vector<Question> questions;
  for (const std::string& passage : passages) questions.push_back({"the ship", passage});
  return questions;
}

std::vector<Prediction> predictions_of(const std::filesystem::path& directory,
                                       const std::vector<Question>& questions) {
  Examples examples;
  for (const Question& question : questions) {
    examples.rows.emplace_back().text = question.passage;
    examples.rows.back().text_b = question.question;
  }
  return Predictor(directory, {.threads = 1}).predict(examples);
}

void check_same(const Answer& found, const Answer& expected) {
  CHECK(found.best.text == expected.best.text);
  CHECK(found.best.byte_span == expected.best.byte_span);
  CHECK(found.best.score == Approx(expected.best.score).margin(1e-5));
  CHECK(found.is_there == expected.is_there);
  CHECK(found.null_score == Approx(expected.null_score).margin(1e-5));
}

}  // namespace

TEST_CASE("an answerer gives the predictor's answers, with their places", "[answerer][law]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "answer");
  const std::vector<Question> questions = questions_of(some_texts);
  const auto expected = predictions_of(folder.path(), questions);
  const auto found = QuestionAnswerer(folder.path(), {.threads = 1}).answer(questions, 3);
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CAPTURE(i, some_texts[i]);
    CHECK(found[i].best.text == expected[i].answer);
    CHECK(found[i].best.byte_span == TextSpan{expected[i].span.begin, expected[i].span.end});
    CHECK(found[i].best.score == expected[i].score);
    CHECK(found[i].null_score == expected[i].null_score);
    CHECK(found[i].is_there == !expected[i].answer.empty());
    for (const AnswerSpan& answer : found[i].answers)
      CHECK(slice_characters(some_texts[i], answer.span.begin, answer.span.end) == answer.text);
    if (!found[i].answers.empty()) {
      CHECK(found[i].answers[0].text == found[i].best.text);
      CHECK(found[i].answers[0].span == found[i].best.span);
    }
  }
  CHECK(found[1].answers.empty());
  CHECK_FALSE(found[1].is_there);
  CHECK(found[2].answers.size() == 3);
}

TEST_CASE("an answer's places are code points and bytes of the passage as it was given",
          "[answerer][law]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "answer");
  const std::string passage = "\xc3\xa9\xc3\xa9 \xff the caf\xc3\xa9 .";
  const Answer found =
      QuestionAnswerer(folder.path(), {.threads = 1}).answer("the ship", passage, 99);
  REQUIRE(found.answers.size() == 15);  // of 5 tokens
  for (const AnswerSpan& answer : found.answers) {
    CHECK(slice_characters(passage, answer.span.begin, answer.span.end) == answer.text);
    CHECK(passage.substr(static_cast<std::size_t>(answer.byte_span.begin), answer.text.size()) ==
          answer.text);
    CHECK(std::ssize(answer.text) == answer.byte_span.end - answer.byte_span.begin);
  }
}

TEST_CASE("questions are answered in their order, each as by itself, by any number of threads",
          "[answerer][law][threads]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "answer");
  const QuestionAnswerer answerer(folder.path(), {.threads = 1, .workers = 4});
  const auto many = [&](const std::vector<std::string>& texts) {
    return answerer.answer(questions_of(texts));
  };
  check_order(
      many, [&](const std::string& text) { return answerer.answer("the ship", text); }, check_same);
  check_threads(many, [](const Answer& found, const Answer& expected) {
    return found.best.score == expected.best.score && found.best.text == expected.best.text;
  });
  const Question one{"the ship", some_texts[2]};
  check_same(answerer.answer({one, one}).back(), answerer.answer(one));
}

TEST_CASE("a long passage is read in windows, or its first one alone", "[answerer][law]") {
  const TemporaryFolder folder;
  StoredHead head = some_head("answer");
  head.length = 9;  // [CLS] the [SEP] passage [SEP]: 5 tokens of the passage at once
  head.stride = 2;
  save_predictor(folder.path(), head);
  const Question question{"the",
                          "the ship . the the ship . unknown the the caf\xc3\xa9 . the ship"};
  const auto expected = predictions_of(folder.path(), {question}).front();
  for (const LongText length : {LongText::fail, LongText::windows}) {
    const Answer found =
        QuestionAnswerer(folder.path(), {.threads = 1, .length = length}).answer(question);
    CHECK(found.best.text == expected.answer);
    CHECK(found.best.score == Approx(expected.score));
    CHECK(found.left_out == 0);
  }
  const QuestionAnswerer cuts(folder.path(), {.threads = 1, .length = LongText::truncate});
  const Answer cut = cuts.answer(question);
  check_same(cut, cuts.answer("the", "the ship . the the"));
  CHECK(cut.left_out == 11);
  CHECK(cuts.answer("the", "the ship . the the").left_out == 0);
}

TEST_CASE("there is no answer where the model may withhold it, and the best spans are still said",
          "[answerer]") {
  const TemporaryFolder folder;
  StoredHead head = some_head("answer");
  head.unanswerable = true;
  head.null_threshold = -1e6;
  save_predictor(folder.path(), head);
  const Answer none = QuestionAnswerer(folder.path(), {.threads = 1}).answer("unknown", "the ship");
  CHECK_FALSE(none.is_there);
  CHECK(none.best.text.empty());
  REQUIRE(none.answers.size() == 1);
  CHECK(none.answers[0].score == none.best.score);
}

TEST_CASE("a question without room for its passage, and another head, are named", "[answerer]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "answer");
  const QuestionAnswerer answerer(folder.path(), {.threads = 1});
  const std::string longest = "the the the the the the the the the the the the";
  CHECK_THAT(message_of<InputError>([&] {
               (void)answerer.answer({Question{"the", "."}, Question{longest, "."}});
             }),
             Contains("question 1: ") && Contains("a quarter of 16 tokens"));
  CHECK_THAT(message_of<ConfigError>([&] { (void)answerer.answer("the", ".", -1); }),
             Contains("answers"));
  save_predictor(folder.path(), "tag");
  CHECK_THAT(message_of<IoError>([&] { const QuestionAnswerer other(folder.path()); }),
             Contains("expected a head of answer for a QuestionAnswerer") &&
                 Contains("ElectraForTokenClassification (tag), which Tagger opens"));
}
