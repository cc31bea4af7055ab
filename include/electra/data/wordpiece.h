#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "electra/data/basic_tokenizer.h"
#include "electra/data/vocabulary.h"

namespace electra {

/// A token's id, and the code points [begin, end) of the original text that it stands for.
struct Token {
  std::int32_t id = 0;
  Index begin = 0;
  Index end = 0;
};

/// Text to ids: words, then greedy longest match of pieces, "##" before all but a word's first. A
/// word that cannot be matched, or has more than 200 (hf: 100) characters, is [UNK]. No special
/// tokens are added, and none is recognised in the text. Immutable: any number of threads may use
/// one; the vocabulary must outlive it.
class Wordpiece {
 public:
  Wordpiece(const Vocabulary& vocabulary, const WordpieceOptions& options);

  [[nodiscard]] std::vector<std::int32_t> encode(std::string_view text) const;
  [[nodiscard]] std::vector<Token> tokenize(std::string_view text) const;
  [[nodiscard]] const WordpieceOptions& options() const { return options_; }

 private:
  void match(const Word& word, std::vector<Token>& tokens) const;

  const Vocabulary& vocabulary_;
  WordpieceOptions options_;
  BasicTokenizer words_;
  std::size_t longest_ = 0;  // bytes of the longest token
};

}  // namespace electra
