#include "electra/infer/sentence_scorer.h"

#include "c/result.h"

using namespace electra;

struct electra_sentence_scorer {
  electra_sentence_scorer(const char* directory, const InferenceOptions& options)
      : model(directory, options) {}
  SentenceScorer model;
};

namespace {

electra_score score_of(const SentenceScore& found, ResultMemory& memory) {
  return {.score = found.score,
          .count = found.ids.size(),
          .ids = memory.copy(found.ids),
          .token_scores = memory.copy(found.token_scores),
          .spans = memory.spans(found.spans),
          .byte_spans = memory.spans(found.byte_spans),
          .left_out = found.left_out};
}

}  // namespace

electra_error* electra_sentence_scorer_open(const char* directory, const electra_options* options,
                                            electra_sentence_scorer** scorer) {
  return open_model(directory, options, scorer);
}

electra_error* electra_sentence_scorer_method(const electra_sentence_scorer* scorer,
                                              electra_method* method) {
  return guarded([&] {
    check_given(method, "method");
    *method = ELECTRA_GENERATOR;
    check_given(scorer, "the model");
    const bool is_generator = scorer->model.method() == SentenceScorer::Method::generator;
    *method = is_generator ? ELECTRA_GENERATOR : ELECTRA_DISCRIMINATOR;
  });
}

electra_error* electra_sentence_scorer_run(const electra_sentence_scorer* scorer,
                                           const electra_text* texts, size_t count,
                                           const electra_scores** scores) {
  return run_model(
      scorer, scores, [&] { return scorer->model.score(strings_of(texts, count)); }, score_of);
}

void electra_sentence_scorer_free(electra_sentence_scorer* scorer) { delete scorer; }
void electra_scores_free(const electra_scores* scores) { free_result(scores); }
