#include "electra/infer/tagger.h"

#include "c/result.h"

using namespace electra;

struct electra_tagger {
  electra_tagger(const char* directory, const InferenceOptions& options)
      : model(directory, options), names(model.labels()) {}
  Tagger model;
  LabelNames names;
};

namespace {

electra_tagging tagging_of(const TaggedText& found, ResultMemory& memory) {
  const auto word = [&](const TaggedWord& of) {
    return electra_tagged_word{memory.text(of.word), memory.text(of.tag), of.probability,
                               span_of(of.span), span_of(of.byte_span)};
  };
  const auto span = [&](const TaggedSpan& of) {
    return electra_tagged_span{memory.text(of.kind), memory.text(of.text), span_of(of.words),
                               span_of(of.span), span_of(of.byte_span)};
  };
  return {.text = memory.text(found.text),
          .word_count = found.words.size(),
          .words = memory.array_of(found.words, word),
          .span_count = found.spans.size(),
          .spans = memory.array_of(found.spans, span),
          .left_out = found.left_out};
}

std::vector<std::vector<std::string>> words_of(const electra_words* texts, std::size_t count) {
  std::vector<std::vector<std::string>> all;
  for (const electra_words& text : array_of(texts, count, "texts"))
    all.push_back(strings_of(text.words, text.count));
  return all;
}

}  // namespace

electra_error* electra_tagger_open(const char* directory, const electra_options* options,
                                   electra_tagger** tagger) {
  return open_model(directory, options, tagger);
}

electra_error* electra_tagger_labels(const electra_tagger* tagger, electra_labels* labels) {
  return give_labels(tagger, labels);
}

electra_error* electra_tagger_run(const electra_tagger* tagger, const electra_text* texts,
                                  size_t count, const electra_taggings** taggings) {
  return run_model(
      tagger, taggings, [&] { return tagger->model.tag(strings_of(texts, count)); }, tagging_of);
}

electra_error* electra_tagger_run_words(const electra_tagger* tagger, const electra_words* texts,
                                        size_t count, const electra_taggings** taggings) {
  return run_model(
      tagger, taggings, [&] { return tagger->model.tag_words(words_of(texts, count)); },
      tagging_of);
}

void electra_tagger_free(electra_tagger* tagger) { delete tagger; }
void electra_taggings_free(const electra_taggings* taggings) { free_result(taggings); }
