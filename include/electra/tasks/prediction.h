#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "electra/tasks/features.h"

namespace electra {

/// What a model says of one example.
struct Prediction {
  std::vector<double> outputs;     // classify: a probability for each label, which sum to 1;
                                   // multilabel: one each; regress: the number
  std::vector<std::int32_t> tags;  // tag: each word's label; -1: the word was cut off
  std::string answer;              // answer: the slice of the passage; empty: none
  Feature::Bytes span;             // answer: where it is, in bytes of the passage
  double score = 0;             // answer: of the best span that is not empty (start + end logit);
                                // null_score where the passage has no token
  double null_score = 0;        // answer: of there being none, the least of the windows
  std::vector<float> vector;    // embed: of the text, of length 1
  std::vector<float> vector_b;  // embed: of text_b
};

/// Best spans of a passage.
struct AnswerOptions {
  Index longest = 30;         // tokens of an answer
  Index candidates = 20;      // starts and ends that are looked at, the best of each window
  double null_threshold = 0;  // there is no answer if null_score - score is above this
  bool may_be_null = false;   // whether "no answer" is one (SQuAD 2.0)
};

/// Of one row of logits over labels. These and those below throw Error for what is not finite, and
/// ShapeError for another number of logits than the feature asks for.
[[nodiscard]] Prediction predict_class(std::span<const float> logits);
[[nodiscard]] Prediction predict_labels(std::span<const float> logits);
[[nodiscard]] Prediction predict_number(float output);
/// `logits`: [tokens of the feature, labels].
[[nodiscard]] Prediction predict_tags(const Feature& feature, std::span<const float> logits,
                                      Index labels);

/// What one window says: its feature and [tokens, 2] logits of start and end.
struct WindowLogits {
  const Feature* feature = nullptr;
  std::span<const float> logits;
};
/// `passage` is the example's text. The best start + end whose places are among the best of a
/// window, as Hugging Face's run_qa; where none of these is a span of the passage, the best of all.
/// The earlier one where two are equal. With `may_be_null` an answer is withheld as the options
/// say.
[[nodiscard]] Prediction predict_answer(std::string_view passage,
                                        std::span<const WindowLogits> windows,
                                        const AnswerOptions& options);

/// A span of a passage as an answer.
struct AnswerCandidate {
  Feature::Bytes span;  // of the passage
  double score = 0;     // start + end logit
};
/// The `count` best spans of those that `predict_answer` chooses from, the best first, each once;
/// of equals the earlier one. The first is the one that it chooses.
[[nodiscard]] std::vector<AnswerCandidate> best_answers(std::span<const WindowLogits> windows,
                                                        const AnswerOptions& options, Index count);

}  // namespace electra
