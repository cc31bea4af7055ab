#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "electra/data/wordpiece.h"
#include "electra/infer/text_span.h"

namespace electra {

/// A text as words and the tokens made of them.
struct WordTokens {
  struct First {
    Index token = 0;       // place among the tokens
    std::size_t word = 0;  // which it begins
  };
  std::string text;
  std::vector<TextSpan> words;  // in code points of the text
  std::vector<Token> tokens;    // of all words
  std::vector<First> firsts;    // of the words that have tokens, in order
};

/// Words as the tokenizer has them: a token that goes on with a word begins with "##".
[[nodiscard]] WordTokens words_of(std::string_view text, const Wordpiece& tokenizer);
/// Words that are given: the text is these with a blank between two, and each is tokenized by
/// itself.
[[nodiscard]] WordTokens words_of(std::span<const std::string> words, const Wordpiece& tokenizer);

}  // namespace electra
