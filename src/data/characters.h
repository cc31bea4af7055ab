#pragma once

#include <cstdint>
#include <vector>

#include "electra/data/word_reader.h"

namespace electra {

/// Classes of code points as the two reference tokenizers define them. For google, whatever is not
/// ASCII is asked of utf8proc; the few lists in characters.cpp are what its tables leave out. For
/// hf, tables of its own answer (hugging_face_characters.h), most of them those of Unicode 8.

/// What cleaning drops: U+0000, U+FFFD, and control characters. google: every category C*, with
/// the unassigned code points of Unicode 14; hf: Cc, Cf and Co. Tab and line ends are white space.
[[nodiscard]] bool is_dropped(char32_t code, Compat compat);

/// White space after cleaning: tab, line ends and the categories Zs, Zl, Zp.
[[nodiscard]] bool is_separator(char32_t code);

/// White space of texts that are not cleaned: Unicode's White_Space, which knows other controls.
[[nodiscard]] bool is_uncleaned_separator(char32_t code);

/// White space in Python's sense, which a line of a vocabulary is stripped of.
[[nodiscard]] bool is_white_space(char32_t code);

/// Chinese characters, each a word of its own. hf starts extension E at U+2B920, not U+2B820.
[[nodiscard]] bool is_ideograph(char32_t code, Compat compat);

/// All ASCII signs that are neither letter nor digit, and the categories P*.
[[nodiscard]] bool is_punctuation(char32_t code, Compat compat);

/// A letter or a digit in Python's sense (str.isalnum): the categories L* and N*.
[[nodiscard]] bool is_alphanumeric(char32_t code);

[[nodiscard]] bool is_nonspacing_mark(char32_t code, Compat compat);

/// Code points with a place in the text that they came from.
struct Character {
  char32_t code;
  Index origin;
};

/// Replaces every character by its lower case without regard to its neighbours.
void lower_each(std::vector<Character>& characters, Compat compat);

/// As lower_each, but a capital sigma that ends a word becomes a final sigma (Unicode 15, table
/// 3-17, Final_Sigma, which Python's str.lower follows).
void lower_in_context(std::vector<Character>& characters);

/// Canonical decomposition (NFD) without its nonspacing marks, of which it returns the number.
/// Origins stay in order.
Index strip_accents(std::vector<Character>& characters, Compat compat);

/// Lower-cases and strips as the options say; returns how many nonspacing marks were stripped.
Index normalise(std::vector<Character>& characters, const WordpieceOptions& options);

}  // namespace electra
