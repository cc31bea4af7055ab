#include "electra/infer/question_answerer.h"

#include "c/result.h"

using namespace electra;

struct electra_question_answerer {
  electra_question_answerer(const char* directory, const InferenceOptions& options)
      : model(directory, options) {}
  QuestionAnswerer model;
};

namespace {

electra_answer answer_of(const Answer& found, ResultMemory& memory) {
  const auto span = [&](const AnswerSpan& of) {
    return electra_answer_span{memory.text(of.text), span_of(of.span), span_of(of.byte_span),
                               of.score};
  };
  return {.is_there = found.is_there ? 1 : 0,
          .best = span(found.best),
          .null_score = found.null_score,
          .count = found.answers.size(),
          .answers = memory.array_of(found.answers, span),
          .left_out = found.left_out};
}

std::vector<Question> questions_of(const electra_question* questions, std::size_t count) {
  std::vector<Question> all;
  for (const electra_question& each : array_of(questions, count, "questions"))
    all.push_back({std::string(view_of(each.question, "a question's data")),
                   std::string(view_of(each.passage, "a passage's data"))});
  return all;
}

}  // namespace

electra_error* electra_question_answerer_open(const char* directory, const electra_options* options,
                                              electra_question_answerer** answerer) {
  return open_model(directory, options, answerer);
}

electra_error* electra_question_answerer_run(const electra_question_answerer* answerer,
                                             const electra_question* questions, size_t count,
                                             size_t most, const electra_answers** answers) {
  return run_model(
      answerer, answers,
      [&] { return answerer->model.answer(questions_of(questions, count), count_of(most)); },
      answer_of);
}

void electra_question_answerer_free(electra_question_answerer* answerer) { delete answerer; }
void electra_answers_free(const electra_answers* answers) { free_result(answers); }
