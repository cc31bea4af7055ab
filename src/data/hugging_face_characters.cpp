#include "data/hugging_face_characters.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

#include "data/hugging_face_tables.h"

namespace electra::hugging_face {

namespace {

/// The last range that begins at the code point or before it.
template <class Range>
const Range* range_at(std::span<const Range> ranges, char32_t code) {
  const auto next =
      std::upper_bound(ranges.begin(), ranges.end(), code,
                       [](char32_t c, const Range& range) { return c < range.first; });
  return next == ranges.begin() ? nullptr : &*std::prev(next);
}

bool contains(std::span<const CodeRange> ranges, char32_t code) {
  const CodeRange* range = range_at(ranges, code);
  return range != nullptr && code <= range->last;
}

/// Of \w without being of its categories: letters in circles and squares, and joiners.
constexpr std::array<CodeRange, 5> other_word_characters = {{{0x200c, 0x200d},
                                                             {0x24b6, 0x24e9},
                                                             {0x1f130, 0x1f149},
                                                             {0x1f150, 0x1f169},
                                                             {0x1f170, 0x1f189}}};

}  // namespace

bool is_dropped(char32_t code) { return contains(dropped(), code); }
bool is_punctuation(char32_t code) { return contains(punctuation(), code); }
bool is_nonspacing_mark(char32_t code) { return contains(nonspacing_marks(), code); }
bool is_decomposed(char32_t code) { return !contains(not_decomposed(), code); }
bool is_starter(char32_t code) { return contains(starters(), code); }

char32_t lower(char32_t code) {
  const LowerRun* run = range_at(lower_runs(), code);
  if (run == nullptr || code > run->last) return code;
  const auto step = static_cast<char32_t>(run->step);
  return (code - run->first) % step == 0 ? code + static_cast<char32_t>(run->delta) : code;
}

bool is_word_character(char32_t code) {
  const auto kind = utf8proc_category(static_cast<utf8proc_int32_t>(code));
  const bool letter_or_mark = kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_ME;
  return letter_or_mark || kind == UTF8PROC_CATEGORY_ND || kind == UTF8PROC_CATEGORY_NL ||
         kind == UTF8PROC_CATEGORY_PC || contains(other_word_characters, code) ||
         contains(newer_word_characters(), code);
}

}  // namespace electra::hugging_face
