#include "data/unicode.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>

#include "electra/data/basic_tokenizer.h"

namespace electra {

std::string_view unicode_version() { return utf8proc_unicode_version(); }

namespace unicode {

namespace {

struct Range {
  char32_t first, last;
};

template <std::size_t N>
bool in(const std::array<Range, N>& ranges, char32_t c) {
  return std::ranges::any_of(ranges, [c](Range r) { return r.first <= c && c <= r.last; });
}

/// Other_Lowercase and Other_Uppercase of PropList: cased, though not letters with case.
constexpr std::array other_cased{
    Range{0xAA, 0xAA},       Range{0xBA, 0xBA},       Range{0x2B0, 0x2B8},
    Range{0x2C0, 0x2C1},     Range{0x2E0, 0x2E4},     Range{0x345, 0x345},
    Range{0x37A, 0x37A},     Range{0x10FC, 0x10FC},   Range{0x1D2C, 0x1D6A},
    Range{0x1D78, 0x1D78},   Range{0x1D9B, 0x1DBF},   Range{0x2071, 0x2071},
    Range{0x207F, 0x207F},   Range{0x2090, 0x209C},   Range{0x2160, 0x217F},
    Range{0x24B6, 0x24E9},   Range{0x2C7C, 0x2C7D},   Range{0xA69C, 0xA69D},
    Range{0xA770, 0xA770},   Range{0xA7F2, 0xA7F4},   Range{0xA7F8, 0xA7F9},
    Range{0xAB5C, 0xAB5F},   Range{0xAB69, 0xAB69},   Range{0x10780, 0x10780},
    Range{0x10783, 0x10785}, Range{0x10787, 0x107B0}, Range{0x107B2, 0x107BA},
    Range{0x1E030, 0x1E06D}, Range{0x1F130, 0x1F149}, Range{0x1F150, 0x1F169},
    Range{0x1F170, 0x1F189}};

/// Word_Break MidLetter, MidNumLet and Single_Quote: case-ignorable, though neither marks nor
/// modifiers.
constexpr std::array mid_letters{
    Range{0x27, 0x27},     Range{0x2E, 0x2E},     Range{0x3A, 0x3A},     Range{0xB7, 0xB7},
    Range{0x387, 0x387},   Range{0x55F, 0x55F},   Range{0x5F4, 0x5F4},   Range{0x2018, 0x2019},
    Range{0x2024, 0x2024}, Range{0x2027, 0x2027}, Range{0xFE13, 0xFE13}, Range{0xFE52, 0xFE52},
    Range{0xFE55, 0xFE55}, Range{0xFF07, 0xFF07}, Range{0xFF0E, 0xFF0E}, Range{0xFF1A, 0xFF1A}};

bool is_cased(char32_t c) {
  const std::string_view k = category(c);
  return k == "Lu" || k == "Ll" || k == "Lt" || in(other_cased, c);
}

bool is_case_ignorable(char32_t c) {
  const std::string_view k = category(c);
  return k == "Mn" || k == "Me" || k == "Cf" || k == "Lm" || k == "Sk" || in(mid_letters, c);
}

/// What may follow the first byte of a character of more than one byte.
struct Lead {
  int following = 0;                      // 0: no character begins so
  unsigned char low = 0x80, high = 0xBF;  // of the second byte
};

Lead lead(unsigned char byte) {
  if (byte >= 0xC2 && byte <= 0xDF) return {1};
  if (byte == 0xE0) return {2, 0xA0, 0xBF};
  if (byte == 0xED) return {2, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {2};
  if (byte == 0xF0) return {3, 0x90, 0xBF};
  if (byte == 0xF4) return {3, 0x80, 0x8F};
  if (byte >= 0xF1 && byte <= 0xF3) return {3};
  return {};
}

}  // namespace

std::u32string decode(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i++]);
    if (first < 0x80) {
      out.push_back(first);
      continue;
    }
    Lead l = lead(first);
    int left = l.following;
    char32_t c = first & (0x3FU >> static_cast<unsigned>(left));
    while (left > 0 && i < text.size()) {
      const auto next = static_cast<unsigned char>(text[i]);
      if (next < l.low || next > l.high) break;
      c = c << 6U | (next & 0x3FU);
      l = {1};
      ++i;
      --left;
    }
    if (left == 0 && first >= 0xC2 && first <= 0xF4) out.push_back(c);
  }
  return out;
}

void append_utf8(char32_t c, std::string& to) {
  const auto put = [&](char32_t byte) { to.push_back(static_cast<char>(byte)); };
  if (c < 0x80) return put(c);
  if (c < 0x800) return put(0xC0 | c >> 6U), put(0x80 | (c & 0x3F));
  if (c < 0x10000)
    return put(0xE0 | c >> 12U), put(0x80 | (c >> 6U & 0x3F)), put(0x80 | (c & 0x3F));
  put(0xF0 | c >> 18U), put(0x80 | (c >> 12U & 0x3F)), put(0x80 | (c >> 6U & 0x3F));
  put(0x80 | (c & 0x3F));
}

std::string_view category(char32_t c) {
  return utf8proc_category_string(static_cast<utf8proc_int32_t>(c));
}

bool is_mark_nonspacing(char32_t c) {
  return c >= 0x300 && utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_MN;
}

bool is_punctuation(char32_t c) {
  if (c < 0x80)
    return (c >= 33 && c <= 47) || (c >= 58 && c <= 64) || (c >= 91 && c <= 96) ||
           (c >= 123 && c <= 126);
  return category(c)[0] == 'P';
}

bool is_white_space(char32_t c) {
  return (c >= 9 && c <= 13) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

void append_lower(char32_t c, std::u32string& to) {
  if (c < 0x80) {
    to.push_back(c >= 'A' && c <= 'Z' ? c + 32 : c);
  } else if (c == 0x130) {
    to.append(U"i\u0307");
  } else {
    to.push_back(static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
  }
}

bool is_final_sigma(std::u32string_view text, std::size_t at) {
  std::size_t before = at;
  while (before > 0 && is_case_ignorable(text[before - 1])) --before;
  if (before == 0 || !is_cased(text[before - 1])) return false;
  std::size_t after = at + 1;
  while (after < text.size() && is_case_ignorable(text[after])) ++after;
  return after == text.size() || !is_cased(text[after]);
}

void append_decomposed(char32_t c, std::u32string& to) {
  if (c < 0xC0) return to.push_back(c);
  std::array<utf8proc_int32_t, 32> buffer{};
  int boundary = 0;
  const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), buffer.data(),
                                             buffer.size(), UTF8PROC_DECOMPOSE, &boundary);
  if (count < 1) return to.push_back(c);
  for (utf8proc_ssize_t i = 0; i < count; ++i)
    to.push_back(static_cast<char32_t>(buffer[static_cast<std::size_t>(i)]));
}

int combining_class(char32_t c) {
  return c < 0x300 ? 0 : utf8proc_get_property(static_cast<utf8proc_int32_t>(c))->combining_class;
}

}  // namespace unicode
}  // namespace electra
