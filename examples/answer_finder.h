#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "electra/infer/classifier.h"
#include "electra/infer/question_answerer.h"
#include "electra/infer/text_embedder.h"
#include "help_page.h"

namespace electra {

/// What is said to a question.
struct FoundAnswer {
  Example entry;          // of the page: its question (text) and answer (text_b)
  double similarity = 0;  // of the entry and what was asked, at most 1
  std::optional<ClassifiedText> intent;
  std::string span;  // the words of the answer that matter; empty: not known
};

/// Finds the entry of a help page that answers a question: retrieval by vectors, and, where there
/// are models for them, the intent by a classifier and the answer's span.
class AnswerFinder {
 public:
  /// `intents` and `answers` are directories of fine-tuned models, or empty. Throws Error.
  AnswerFinder(Examples page, const std::string& encoder, const std::string& intents,
               const std::string& answers, const InferenceOptions& options)
      : page_(std::move(page)),
        embedder_(encoder, options, {.normalise = true}),
        searched_(embedding_by(embedder_)(searched_texts(page_))) {
    if (!intents.empty()) intents_.emplace(intents, options);
    if (!answers.empty()) answers_.emplace(answers, options);
  }

  [[nodiscard]] FoundAnswer find(const std::string& question) const {
    const std::vector<float> asked = embedder_.embed(question).values;
    const std::size_t best = nearest(asked, searched_).front();
    FoundAnswer found{page_.rows[best], dot(asked, searched_[best]), std::nullopt, ""};
    if (intents_) found.intent = intents_->classify(question);
    if (answers_) found.span = answers_->answer(question, found.entry.text_b).best.text;
    return found;
  }

  [[nodiscard]] double recall_at_1(const Examples& paraphrases) const {
    return electra::recall_at_1(page_, paraphrases, embedding_by(embedder_));
  }
  [[nodiscard]] const Examples& page() const { return page_; }

 private:
  Examples page_;
  TextEmbedder embedder_;
  Vectors searched_;
  std::optional<Classifier> intents_;
  std::optional<QuestionAnswerer> answers_;
};

}  // namespace electra
