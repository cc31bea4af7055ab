#pragma once

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "electra/infer/engine.h"
#include "electra/infer/inference_options.h"
#include "electra/infer/text_span.h"

namespace electra {

/// What is asked of a passage.
struct Question {
  std::string question, passage;
};

/// A slice of a passage that may be the answer.
struct AnswerSpan {
  std::string text;
  TextSpan span;       // in code points of the passage
  TextSpan byte_span;  // in its bytes
  double score = 0;    // start + end logit: of two answers to a question the higher is the likelier
};

/// What is said to a question: the best span of the passage, or nothing.
struct Answer {
  AnswerSpan best;                  // of an empty text and span where there is no answer; its score
                                    // is then that of the best span, if the passage has a token
  bool is_there = false;            // whether there is an answer
  double null_score = 0;            // of there being none, the least of the windows
  std::vector<AnswerSpan> answers;  // the best of all spans, as many as were asked for, also where
                                    // the answer is that there is none
  Index left_out = 0;               // tokens of the passage that LongText::truncate cut off
};

/// A model that was fine-tuned to find answers in passages. Safe from any number of threads at
/// once.
class QuestionAnswerer {
 public:
  using Options = InferenceOptions;

  /// Opens a Hugging Face directory of an ElectraForQuestionAnswering with its tokenizer. Throws
  /// IoError for another head; Error.
  explicit QuestionAnswerer(const std::filesystem::path& directory);
  QuestionAnswerer(const std::filesystem::path& directory, const Options& options);
  ~QuestionAnswerer();
  QuestionAnswerer(QuestionAnswerer&&) noexcept;
  QuestionAnswerer& operator=(QuestionAnswerer&&) noexcept;

  /// What computes: its limit, its precision.
  [[nodiscard]] const Engine& engine() const;

  /// A passage that does not fit beside its question is read in windows, as the model was trained,
  /// and loses nothing, so LongText::fail does not fail; LongText::truncate reads the first one
  /// alone. Any bytes are texts; those that are not UTF-8 are left out of the tokens. `most`: of
  /// Answer::answers. Throws InputError for a question that leaves no room for the passage, or if
  /// what the model says is not finite.
  [[nodiscard]] Answer answer(const Question& question, Index most = 1) const;
  /// One for each question, in the order given: faster than one by one, and the same but for
  /// rounding. An InputError names the question by its number, from 0; then none is answered.
  [[nodiscard]] std::vector<Answer> answer(std::span<const Question> questions,
                                           Index most = 1) const;
  [[nodiscard]] std::vector<Answer> answer(std::initializer_list<Question> questions,
                                           Index most = 1) const;
  /// Of one passage.
  [[nodiscard]] Answer answer(std::string_view question, std::string_view passage,
                              Index most = 1) const;

 private:
  struct Parts;
  std::unique_ptr<const Parts> parts_;
};

}  // namespace electra
