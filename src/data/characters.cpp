#include "data/characters.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <span>

#include "data/hugging_face_characters.h"
#include "electra/core/error.h"

namespace electra {

namespace {

struct Range {
  char32_t first, last;
};

bool contains(std::span<const Range> ranges, char32_t code) {
  const auto next =
      std::upper_bound(ranges.begin(), ranges.end(), code,
                       [](char32_t c, const Range& range) { return c < range.first; });
  return next != ranges.begin() && code <= std::prev(next)->last;
}

/// Code points that Unicode 15.0 and 15.1 assigned (DerivedAge). The reference drops what is
/// unassigned, and its results are defined by Unicode 14.
constexpr std::array<Range, 35> assigned_after_unicode_14 = {{
    {0x0cf3, 0x0cf3},   {0x0ece, 0x0ece},   {0x2ffc, 0x2fff},   {0x31ef, 0x31ef},
    {0x10efd, 0x10eff}, {0x1123f, 0x11241}, {0x11b00, 0x11b09}, {0x11f00, 0x11f10},
    {0x11f12, 0x11f3a}, {0x11f3e, 0x11f59}, {0x1342f, 0x1342f}, {0x13439, 0x13455},
    {0x1b132, 0x1b132}, {0x1b155, 0x1b155}, {0x1d2c0, 0x1d2d3}, {0x1df25, 0x1df2a},
    {0x1e030, 0x1e06d}, {0x1e08f, 0x1e08f}, {0x1e4d0, 0x1e4f9}, {0x1f6dc, 0x1f6dc},
    {0x1f774, 0x1f776}, {0x1f77b, 0x1f77f}, {0x1f7d9, 0x1f7d9}, {0x1fa75, 0x1fa77},
    {0x1fa87, 0x1fa88}, {0x1faad, 0x1faaf}, {0x1fabb, 0x1fabd}, {0x1fabf, 0x1fabf},
    {0x1face, 0x1facf}, {0x1fada, 0x1fadb}, {0x1fae8, 0x1fae8}, {0x1faf7, 0x1faf8},
    {0x2b739, 0x2b739}, {0x2ebf0, 0x2ee5d}, {0x31350, 0x323af},
}};

/// Cased without being letters of category Ll, Lu or Lt (DerivedCoreProperties, Cased), less what
/// is case-ignorable as well, which is looked at first.
constexpr std::array<Range, 7> cased_others = {{
    {0xaa, 0xaa},
    {0xba, 0xba},
    {0x2160, 0x217f},
    {0x24b6, 0x24e9},
    {0x1f130, 0x1f149},
    {0x1f150, 0x1f169},
    {0x1f170, 0x1f189},
}};

/// Case-ignorable by their place inside words (Word_Break MidLetter, MidNumLet, Single_Quote).
constexpr std::array<Range, 16> word_middles = {{
    {0x27, 0x27},
    {0x2e, 0x2e},
    {0x3a, 0x3a},
    {0xb7, 0xb7},
    {0x387, 0x387},
    {0x55f, 0x55f},
    {0x5f4, 0x5f4},
    {0x2018, 0x2019},
    {0x2024, 0x2024},
    {0x2027, 0x2027},
    {0xfe13, 0xfe13},
    {0xfe52, 0xfe52},
    {0xfe55, 0xfe55},
    {0xff07, 0xff07},
    {0xff0e, 0xff0e},
    {0xff1a, 0xff1a},
}};

utf8proc_category_t category(char32_t code) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(code));
}

bool is_cased(char32_t code) {
  const auto kind = category(code);
  return kind == UTF8PROC_CATEGORY_LU || kind == UTF8PROC_CATEGORY_LL ||
         kind == UTF8PROC_CATEGORY_LT || contains(cased_others, code);
}

bool is_case_ignorable(char32_t code) {
  switch (category(code)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:
      return contains(word_middles, code);
  }
}

bool is_before_cased(std::span<const Character> following) {
  const auto first = std::find_if_not(following.begin(), following.end(),
                                      [](Character c) { return is_case_ignorable(c.code); });
  return first != following.end() && is_cased(first->code);
}

bool is_after_cased(std::span<const Character> preceding) {
  const auto last = std::find_if_not(preceding.rbegin(), preceding.rend(),
                                     [](Character c) { return is_case_ignorable(c.code); });
  return last != preceding.rend() && is_cased(last->code);
}

char32_t lower(char32_t code, Compat compat) {
  if (compat == Compat::hf) return hugging_face::lower(code);
  return static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(code)));
}

int combining_class(char32_t code, Compat compat) {
  if (compat == Compat::hf && hugging_face::is_starter(code)) return 0;
  return utf8proc_get_property(static_cast<utf8proc_int32_t>(code))->combining_class;
}

std::vector<Character> decompose(const std::vector<Character>& characters, Compat compat) {
  std::vector<Character> result;
  result.reserve(characters.size());
  for (const auto [code, origin] : characters) {
    if (compat == Compat::hf && !hugging_face::is_decomposed(code)) {
      result.push_back({code, origin});
      continue;
    }
    std::array<utf8proc_int32_t, 32> parts{};
    int boundary_class = 0;
    const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(code), parts.data(),
                                               utf8proc_ssize_t{parts.size()}, UTF8PROC_DECOMPOSE,
                                               &boundary_class);
    if (count < 0 || count > utf8proc_ssize_t{parts.size()})
      throw Error("utf8proc cannot decompose a code point");
    for (utf8proc_ssize_t i = 0; i < count; ++i)
      result.push_back({static_cast<char32_t>(parts[static_cast<std::size_t>(i)]), origin});
  }
  return result;
}

/// Canonical ordering: runs of combining marks are sorted by class.
void order_marks(std::vector<Character>& characters, Compat compat) {
  const auto class_of = [compat](Character c) { return combining_class(c.code, compat); };
  const auto is_starter = [&](Character c) { return class_of(c) == 0; };
  for (auto run = characters.begin(); run != characters.end();) {
    const auto begin = std::find_if_not(run, characters.end(), is_starter);
    run = std::find_if(begin, characters.end(), is_starter);
    std::stable_sort(begin, run,
                     [&](Character a, Character b) { return class_of(a) < class_of(b); });
  }
}

}  // namespace

bool is_dropped(char32_t code, Compat compat) {
  if (compat == Compat::hf) return hugging_face::is_dropped(code);
  if (code == 0 || code == 0xfffd) return true;
  if (code == '\t' || code == '\n' || code == '\r') return false;
  const auto kind = category(code);
  return kind >= UTF8PROC_CATEGORY_CC || kind == UTF8PROC_CATEGORY_CN ||
         contains(assigned_after_unicode_14, code);
}

bool is_separator(char32_t code) {
  if (code == '\t' || code == '\n' || code == '\r') return true;
  const auto kind = category(code);
  return kind == UTF8PROC_CATEGORY_ZS || kind == UTF8PROC_CATEGORY_ZL ||
         kind == UTF8PROC_CATEGORY_ZP;
}

bool is_uncleaned_separator(char32_t code) {
  return is_separator(code) || code == 0xb || code == 0xc || code == 0x85;
}

bool is_white_space(char32_t code) {
  if (code < 0x80) return code == ' ' || (code >= 9 && code <= 13) || (code >= 28 && code <= 31);
  return code == 0x85 || is_separator(code);
}

bool is_ideograph(char32_t code, Compat compat) {
  const char32_t extension_e = compat == Compat::google ? 0x2b820 : 0x2b920;
  return (code >= 0x4e00 && code <= 0x9fff) || (code >= 0x3400 && code <= 0x4dbf) ||
         (code >= 0x20000 && code <= 0x2a6df) || (code >= 0x2a700 && code <= 0x2b81f) ||
         (code >= extension_e && code <= 0x2ceaf) || (code >= 0xf900 && code <= 0xfaff) ||
         (code >= 0x2f800 && code <= 0x2fa1f);
}

bool is_punctuation(char32_t code, Compat compat) {
  if (compat == Compat::hf) return hugging_face::is_punctuation(code);
  if (code < 0x80)
    return (code >= 33 && code <= 47) || (code >= 58 && code <= 64) || (code >= 91 && code <= 96) ||
           (code >= 123 && code <= 126);
  const auto kind = category(code);
  return kind >= UTF8PROC_CATEGORY_PC && kind <= UTF8PROC_CATEGORY_PO;
}

bool is_alphanumeric(char32_t code) {
  const auto kind = category(code);
  return (kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_LO) ||
         (kind >= UTF8PROC_CATEGORY_ND && kind <= UTF8PROC_CATEGORY_NO);
}

bool is_nonspacing_mark(char32_t code, Compat compat) {
  return compat == Compat::hf ? hugging_face::is_nonspacing_mark(code)
                              : category(code) == UTF8PROC_CATEGORY_MN;
}

void lower_each(std::vector<Character>& characters, Compat compat) {
  // The one code point whose full lower case is two characters: i and a dot above.
  constexpr char32_t dotted_capital_i = 0x130;
  std::vector<Character> lowered;
  lowered.reserve(characters.size());
  for (const auto [code, origin] : characters) {
    lowered.push_back({code == dotted_capital_i ? U'i' : lower(code, compat), origin});
    if (code == dotted_capital_i) lowered.push_back({0x307, origin});
  }
  characters = std::move(lowered);
}

void lower_in_context(std::vector<Character>& characters) {
  constexpr char32_t capital_sigma = 0x3a3;
  constexpr char32_t final_sigma = 0x3c2;
  std::vector<std::size_t> finals;
  const std::span<const Character> all = characters;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].code == capital_sigma && is_after_cased(all.first(i)) &&
        !is_before_cased(all.subspan(i + 1)))
      finals.push_back(i);
  // The final form has no other lower case, so that lower_each leaves it.
  for (const std::size_t i : finals) characters[i].code = final_sigma;
  lower_each(characters, Compat::google);
}

Index strip_accents(std::vector<Character>& characters, Compat compat) {
  std::vector<Character> decomposed = decompose(characters, compat);
  order_marks(decomposed, compat);
  const std::size_t marks = std::erase_if(
      decomposed, [compat](Character c) { return is_nonspacing_mark(c.code, compat); });
  // Marks that changed places share the later one, so that spans never run backwards.
  for (std::size_t i = 1; i < decomposed.size(); ++i)
    decomposed[i].origin = std::max(decomposed[i].origin, decomposed[i - 1].origin);
  characters = std::move(decomposed);
  return static_cast<Index>(marks);
}

Index normalise(std::vector<Character>& characters, const WordpieceOptions& options) {
  const bool strips = options.strip_accents.value_or(options.lower_case);
  if (options.compat == Compat::google) {
    if (!options.lower_case) return 0;
    lower_in_context(characters);
    return strips ? strip_accents(characters, Compat::google) : 0;
  }
  const Index stripped = strips ? strip_accents(characters, Compat::hf) : 0;
  if (options.lower_case) lower_each(characters, Compat::hf);
  return stripped;
}

}  // namespace electra
