#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "electra/core/special_ids.h"
#include "electra/data/wordpiece.h"
#include "electra/tasks/task.h"

namespace electra {

/// What a model reads at once: an example, or one window or one text of it.
struct Feature {
  struct Bytes {
    Index begin = 0, end = 0;  // half-open
    friend bool operator==(const Bytes&, const Bytes&) = default;
  };
  std::size_t example = 0;           // its number among the examples
  int part = 0;                      // embed: 0 the text, 1 text_b, 2 the negative
  std::vector<std::int32_t> ids;     // [CLS] … [SEP], and for pairs … [SEP]
  std::vector<std::int32_t> types;   // 1 in the second text and its [SEP], else 0
  std::vector<std::int32_t> words;   // tag: the place of each word's first piece; -1: cut off, or a
                                     // word without pieces
  Index passage = 0;                 // answer: the place of the window's first token of the passage
  std::vector<Bytes> passage_bytes;  // answer: of each of its tokens, in the passage
  std::int32_t start = 0, end = 0;   // answer: places of the first answer's first and last token;
                                     // 0 and 0 if it is not in this window
  Index cut = 0;                     // tokens that were left out at the end
};

struct FeatureOptions {
  Index length = 128;  // tokens at most, special tokens included
  Index stride = 128;  // answer: tokens of the passage that neighbouring windows share
};

/// Texts to features. A pair that is too long loses tokens of the longer text, and of both once
/// they are equally long, as Hugging Face's longest_first: an odd token is left to the text that
/// was longer, to the second one where both were equal. A single text and words lose their end; a
/// passage becomes windows. Immutable; vocabulary and tokenizer must
/// outlive it.
class FeatureMaker {
 public:
  /// Throws ConfigError for a length that leaves no room (3, pairs 5, answer: a quarter of it for
  /// the passage at least).
  FeatureMaker(const Wordpiece& tokenizer, const SpecialIds& special, TaskKind task,
               FeatureOptions options);

  /// All features of one example, in order: one, but for answer's windows and embed's texts.
  /// `pairs`: whether text_b counts (classify, regress). Throws InputError for a question that
  /// leaves no room for a passage.
  [[nodiscard]] std::vector<Feature> features(const Example& example, std::size_t number,
                                              bool pairs) const;

 private:
  const Wordpiece& tokenizer_;
  SpecialIds special_;
  TaskKind task_;
  FeatureOptions options_;
};

}  // namespace electra
