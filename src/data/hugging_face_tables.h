#pragma once

#include <cstdint>
#include <span>

/// How Hugging Face's tokenizers (0.23.3) class code points, where another age of Unicode would do
/// it otherwise. The tables are made by tests/hugging_face/unicode_tables.py, which says of what.
namespace electra::hugging_face {

struct CodeRange {
  char32_t first, last;
};

/// Every `step`-th code point from `first` to `last` has the lower case `delta` further.
struct LowerRun {
  char32_t first, last;
  std::int32_t step, delta;
};

/// What BertNormalizer's clean_text leaves out.
[[nodiscard]] std::span<const CodeRange> dropped();
/// What BertPreTokenizer makes a word of its own.
[[nodiscard]] std::span<const CodeRange> punctuation();
/// What BertNormalizer's strip_accents leaves out.
[[nodiscard]] std::span<const CodeRange> nonspacing_marks();
/// Lower case of all but U+0130.
[[nodiscard]] std::span<const LowerRun> lower_runs();
/// Not decomposed, although utf8proc does.
[[nodiscard]] std::span<const CodeRange> not_decomposed();
/// Of combining class 0, although utf8proc says another.
[[nodiscard]] std::span<const CodeRange> starters();
/// \w of the crate regex beyond what utf8proc's categories say.
[[nodiscard]] std::span<const CodeRange> newer_word_characters();

}  // namespace electra::hugging_face
