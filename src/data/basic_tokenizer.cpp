#include "electra/data/basic_tokenizer.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "data/unicode.h"

namespace electra {

namespace {

using namespace unicode;

/// The blocks that the reference sets off by blanks; Hugging Face's table begins extension E 256
/// code points too late (huggingface/tokenizers pull request 2395).
bool is_cjk(char32_t c, Compat compat) {
  const char32_t extension_e = compat == Compat::google ? 0x2B820 : 0x2B920;
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) ||
         (c >= 0x20000 && c <= 0x2A6DF) || (c >= 0x2A700 && c <= 0x2B73F) ||
         (c >= 0x2B740 && c <= 0x2B81F) || (c >= extension_e && c <= 0x2CEAF) ||
         (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x2F800 && c <= 0x2FA1F);
}

bool is_dropped(char32_t c, Compat compat) {
  if (c >= 0x20 && c < 0x7F) return false;
  if (c == 0 || c == 0xFFFD) return true;
  if (c == '\t' || c == '\n' || c == '\r') return false;
  const std::string_view k = category(c);
  return k[0] == 'C' && (compat == Compat::google || k != "Cn");
}

/// What becomes a blank, before words are split at blanks.
bool is_blank(char32_t c, Compat compat) {
  if (c < 0x80) return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  return compat == Compat::google ? category(c) == "Zs" : is_white_space(c);
}

/// Code points with their sources; the working form of a text.
Word cleaned(std::string_view text, Compat compat) {
  const std::u32string points = decode(text);
  Word out;
  out.text.reserve(points.size());
  out.origins.reserve(points.size());
  const auto put = [&](char32_t c, std::size_t origin) {
    out.text.push_back(c);
    out.origins.push_back(static_cast<Index>(origin));
  };
  for (std::size_t i = 0; i < points.size(); ++i) {
    const char32_t c = points[i];
    if (is_dropped(c, compat)) continue;
    const bool cjk = c >= 0x3400 && is_cjk(c, compat);
    if (cjk) put(' ', i);
    put(is_blank(c, compat) ? U' ' : c, i);
    if (cjk) put(' ', i);
  }
  return out;
}

/// Replaces each code point by what `expand(text, i, to)` appends, keeping sources.
template <class Expand>
void map_points(Word& word, const Expand& expand) {
  Word out;
  for (std::size_t i = 0; i < word.text.size(); ++i) {
    expand(word.text, i, out.text);
    out.origins.resize(out.text.size(), word.origins[i]);
  }
  word = std::move(out);
}

bool is_ascii(const Word& word) {
  return std::ranges::all_of(word.text, [](char32_t c) { return c < 0x80; });
}

void lower(Word& word, Compat compat) {
  map_points(word, [&](const std::u32string& text, std::size_t i, std::u32string& to) {
    if (text[i] == 0x3A3 && compat == Compat::google) {
      to.push_back(is_final_sigma(text, i) ? 0x3C2 : 0x3C3);
    } else {
      append_lower(text[i], to);
    }
  });
}

/// Canonical decomposition with reordering (NFD), then without nonspacing marks.
void strip_marks(Word& word) {
  if (is_ascii(word)) return;
  map_points(word, [](const std::u32string& text, std::size_t i, std::u32string& to) {
    append_decomposed(text[i], to);
  });
  const std::size_t size = word.text.size();
  for (std::size_t begin = 0; begin < size;) {
    std::size_t end = begin;
    while (end < size && combining_class(word.text[end]) != 0) ++end;
    std::vector<std::pair<char32_t, Index>> run;
    for (std::size_t i = begin; i < end; ++i) run.emplace_back(word.text[i], word.origins[i]);
    std::ranges::stable_sort(run, {}, [](const auto& p) { return combining_class(p.first); });
    for (std::size_t i = begin; i < end; ++i)
      std::tie(word.text[i], word.origins[i]) = run[i - begin];
    begin = end + 1;
  }
  map_points(word, [](const std::u32string& text, std::size_t i, std::u32string& to) {
    if (!is_mark_nonspacing(text[i])) to.push_back(text[i]);
  });
}

/// Calls use(begin, end) for each run of code points that are not white space.
template <class Use>
void split_at_blanks(const Word& text, const Use& use) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.text.size(); ++i) {
    if (i < text.text.size() && !is_white_space(text.text[i])) continue;
    if (i > begin) use(begin, i);
    begin = i + 1;
  }
}

Word part(const Word& word, std::size_t begin, std::size_t end) {
  const auto from = static_cast<std::ptrdiff_t>(begin);
  const auto to = static_cast<std::ptrdiff_t>(end);
  return {word.text.substr(begin, end - begin),
          {word.origins.begin() + from, word.origins.begin() + to}};
}

void split_at_punctuation(const Word& word, std::vector<Word>& out) {
  std::size_t begin = 0;
  for (std::size_t i = 0; i < word.text.size(); ++i) {
    if (!is_punctuation(word.text[i])) continue;
    if (i > begin) out.push_back(part(word, begin, i));
    out.push_back(part(word, i, i + 1));
    begin = i + 1;
  }
  if (begin < word.text.size()) out.push_back(part(word, begin, word.text.size()));
}

}  // namespace

std::vector<Word> BasicTokenizer::split(std::string_view text) const {
  Word clean = cleaned(text, options_.compat);
  std::vector<Word> words;
  if (options_.compat == Compat::hf) {
    if (options_.strips()) strip_marks(clean);
    if (options_.lower_case) lower(clean, options_.compat);
    split_at_blanks(clean, [&](std::size_t begin, std::size_t end) {
      split_at_punctuation(part(clean, begin, end), words);
    });
    return words;
  }
  split_at_blanks(clean, [&](std::size_t begin, std::size_t end) {
    Word word = part(clean, begin, end);
    if (options_.lower_case) {
      lower(word, options_.compat);
      if (options_.strips()) strip_marks(word);
    }
    split_at_punctuation(word, words);
  });
  return words;
}

}  // namespace electra
