#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// The version of the Unicode tables that the tokenizer reads, such as "15.0.0".
[[nodiscard]] std::string_view unicode_version();

/// The first character of a text and how many bytes it takes.
struct Decoded {
  char32_t code;
  Index bytes;

  /// False where the bytes are not UTF-8 and are to be left out.
  [[nodiscard]] bool valid() const { return code <= 0x10ffff; }
};

/// Decodes the first character of a text that is not empty. Bytes that start no well-formed
/// sequence (Unicode 15, table 3-7: stray continuations, overlong forms, surrogates, truncated
/// sequences) come back one at a time and invalid, so that nothing well-formed is swallowed.
[[nodiscard]] Decoded decode_first(std::string_view text);

/// Appends a code point as UTF-8.
void append_utf8(std::string& text, char32_t code);

/// Whether the whole text is well-formed.
[[nodiscard]] bool is_utf8(std::string_view text);

/// The number of code points; bytes that are not UTF-8 count nothing.
[[nodiscard]] Index count_characters(std::string_view text);

/// The part of a text between two positions in code points, as the spans of a Token count them:
/// bytes that are not UTF-8 count one each. Positions beyond the end mean the end.
[[nodiscard]] std::string_view slice_characters(std::string_view text, Index begin, Index end);

/// Where each code point begins, in bytes, and last where the text ends. Bytes that are not UTF-8
/// count as one code point each.
[[nodiscard]] std::vector<Index> character_starts(std::string_view text);

/// The text with U+FFFD in place of each byte that is not UTF-8: as many code points as before.
[[nodiscard]] std::string well_formed(std::string_view text);

/// The text without white space at its two ends.
[[nodiscard]] std::string_view strip(std::string_view text);

}  // namespace electra
