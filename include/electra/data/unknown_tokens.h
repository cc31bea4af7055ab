#pragma once

#include <map>
#include <string>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// What of a text became [UNK], and why. The sum of parts is that of the whole, so that it does not
/// depend on how the text was shared out.
struct UnknownTokens {
  Index tokens = 0;      ///< of the text, [UNK] included
  Index unknown = 0;     ///< of them, [UNK]: one for each word that is too long or cannot be cut
  Index words = 0;       ///< of the text
  Index characters = 0;  ///< of these words, after normalisation
  Index long_words = 0;  ///< with more than `longest_word` characters
  Index long_characters = 0;  ///< of these
  Index longest_word = 0;     ///< characters that a word may have
  Index stripped = 0;         ///< accents, vowel signs and tone marks that were taken away before
  /// How many of the other words each character stopped: the first that the vocabulary lacks where
  /// the word cannot be cut on ("c", or "##c" inside the word).
  std::map<char32_t, Index> missing = {};

  static constexpr double warned_share = 0.01;
  static constexpr double refused_share = 0.3;
  static constexpr double noted_stripped_share = 0.05;

  [[nodiscard]] double share() const;           ///< of [UNK] in the tokens; 0 without tokens
  [[nodiscard]] double long_share() const;      ///< of the characters in words that are too long
  [[nodiscard]] double stripped_share() const;  ///< of the characters before they were stripped
  /// A word of so many characters, too long if they are more than `longest_word`.
  void count_word(Index length) {
    ++words;
    characters += length;
    if (length <= longest_word) return;
    ++long_words;
    long_characters += length;
  }
  UnknownTokens& operator+=(const UnknownTokens& part);

  friend bool operator==(const UnknownTokens&, const UnknownTokens&) = default;
};

/// "40 of 44 words (98.2 % of the characters) are longer than 200 characters and become [UNK]; …",
/// with the option that cuts them.
[[nodiscard]] std::string describe_long_words(const UnknownTokens& unknown);

/// Lines for the user: the share of [UNK], the commonest missing characters (ten at most, each with
/// its code point and count), the words that are too long, the accents that were stripped where
/// they are more than `noted_stripped_share`, and a warning above `warned_share` with what to set.
[[nodiscard]] std::vector<std::string> describe(const UnknownTokens& unknown);

/// Throws ConfigError above `refused_share`, naming the vocabulary, the share and its causes.
void check_share(const UnknownTokens& unknown, const std::string& vocabulary);

}  // namespace electra
