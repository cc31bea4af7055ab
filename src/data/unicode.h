#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "electra/core/shape.h"

namespace electra::unicode {

/// The code points of UTF-8 text. Of ill-formed bytes the longest prefix that could have begun a
/// character is skipped (Unicode 15, section 3.9), as Python's errors="ignore" does.
[[nodiscard]] std::u32string decode(std::string_view text);
void append_utf8(char32_t c, std::string& to);

/// The two letters of the general category: "Lu", "Mn", …
[[nodiscard]] std::string_view category(char32_t c);
[[nodiscard]] bool is_mark_nonspacing(char32_t c);
/// ASCII that is neither letter, digit, blank nor control; and every category P.
[[nodiscard]] bool is_punctuation(char32_t c);
/// The property White_Space.
[[nodiscard]] bool is_white_space(char32_t c);
/// Lower case by full mapping without context: U+0130 becomes two code points.
void append_lower(char32_t c, std::u32string& to);
/// Final_Sigma of SpecialCasing: whether the capital sigma at `at` ends a word.
[[nodiscard]] bool is_final_sigma(std::u32string_view text, std::size_t at);
/// Canonical decomposition of one code point, without reordering.
void append_decomposed(char32_t c, std::u32string& to);
/// Canonical combining class.
[[nodiscard]] int combining_class(char32_t c);

}  // namespace electra::unicode
