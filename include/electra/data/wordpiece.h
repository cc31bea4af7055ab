#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "electra/core/shape.h"
#include "electra/data/added_tokens.h"
#include "electra/data/unknown_tokens.h"
#include "electra/data/vocabulary.h"
#include "electra/data/word_reader.h"

namespace electra {

/// A token of a text with its half-open span in code points of the original text, in which a byte
/// that is not UTF-8 counts as one. Of a letter written with combining accents that are stripped,
/// the span holds the letter alone.
struct Token {
  std::int32_t id;
  Index begin, end;

  friend bool operator==(const Token&, const Token&) = default;
};

/// Cuts words into the longest pieces that the vocabulary holds, from left to right; pieces after
/// the first are looked up with "##" before them, and a word that cannot be cut is one [UNK].
/// Special tokens are not added, and no token is recognised but the added tokens that it is given:
/// without them, as in a corpus, "[MASK]" in a text is three words.
/// Immutable, hence usable by many threads at once; the vocabulary must outlive it.
class Wordpiece {
 public:
  explicit Wordpiece(const Vocabulary& vocabulary, WordpieceOptions options = {},
                     AddedTokens added = {});

  [[nodiscard]] std::vector<std::int32_t> encode(std::string_view text) const;
  /// The same; `unknown` is added what became [UNK], and why.
  [[nodiscard]] std::vector<std::int32_t> encode(std::string_view text,
                                                 UnknownTokens& unknown) const;
  /// The same, behind the ids that are there.
  void append(std::string_view text, std::vector<std::int32_t>& ids, UnknownTokens& unknown) const;
  [[nodiscard]] std::vector<Token> tokenize(std::string_view text) const;
  [[nodiscard]] const WordpieceOptions& options() const { return options_; }
  /// The token of an id, added tokens' too. Throws Error for an id that is none's.
  [[nodiscard]] const std::string& token(std::int32_t id) const;

 private:
  template <class Count>
  void append_counted(std::string_view text, std::vector<std::int32_t>& ids, Count&& count) const;

  const Vocabulary* vocabulary_;
  WordpieceOptions options_;
  AddedTokens added_;
  std::int32_t unknown_;
};

}  // namespace electra
