#include "electra/data/unknown_tokens.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "data/characters.h"
#include "electra/core/error.h"
#include "electra/core/quantity_text.h"
#include "electra/data/unicode.h"
#include "electra/data/word_reader.h"

namespace electra {

namespace {

double ratio(Index part, Index whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string code_point(char32_t code) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "U+%04X", static_cast<unsigned>(code));
  return text.data();
}

/// The character, on a dotted circle where it would join what stands before it.
std::string shown(char32_t code) {
  std::string text = is_nonspacing_mark(code, Compat::google) ? "\u25cc" : "";
  append_utf8(text, code);
  return text + " (" + code_point(code) + ")";
}

std::string commonest_missing(const UnknownTokens& unknown) {
  constexpr std::size_t most = 10;
  std::vector<std::pair<char32_t, Index>> order(unknown.missing.begin(), unknown.missing.end());
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text;
  for (std::size_t i = 0; i < std::min(most, order.size()); ++i)
    text += (i == 0 ? "" : ", ") + shown(order[i].first) + " " + std::to_string(order[i].second);
  if (order.size() > most) text += ", \u2026 (" + std::to_string(order.size()) + " characters)";
  return text;
}

std::string remedies(const UnknownTokens& unknown) {
  if (unknown.missing.empty()) return "see vocabulary.cut_long_words";
  return "a vocabulary.file must fit the text, vocabulary.lower_case and vocabulary.strip_accents; "
         "a vocabulary that is trained knows more characters with higher values of "
         "vocabulary.character_coverage, vocabulary.limit_alphabet and vocabulary.size";
}

}  // namespace

double UnknownTokens::share() const { return ratio(unknown, tokens); }

double UnknownTokens::long_share() const { return ratio(long_characters, characters); }

double UnknownTokens::stripped_share() const { return ratio(stripped, characters + stripped); }

UnknownTokens& UnknownTokens::operator+=(const UnknownTokens& part) {
  tokens += part.tokens;
  unknown += part.unknown;
  words += part.words;
  characters += part.characters;
  long_words += part.long_words;
  long_characters += part.long_characters;
  stripped += part.stripped;
  longest_word = std::max(longest_word, part.longest_word);
  for (const auto& [code, count] : part.missing) missing[code] += count;
  return *this;
}

std::string describe_long_words(const UnknownTokens& unknown) {
  return std::to_string(unknown.long_words) + " of " + std::to_string(unknown.words) + " words (" +
         percent_text(unknown.long_share()) + " of the characters) are longer than " +
         std::to_string(unknown.longest_word) +
         " characters and become [UNK]; vocabulary.cut_long_words=true cuts them into pieces of " +
         std::to_string(WordpieceOptions::long_word_piece);
}

std::vector<std::string> describe(const UnknownTokens& unknown) {
  std::vector<std::string> lines{"[UNK] share: " + percent_text(unknown.share()) + " (" +
                                 std::to_string(unknown.unknown) + " of " +
                                 std::to_string(unknown.tokens) + " tokens)"};
  if (!unknown.missing.empty())
    lines.push_back("commonest unknown characters: " + commonest_missing(unknown));
  if (unknown.long_words > 0) lines.push_back(describe_long_words(unknown));
  if (unknown.stripped_share() > UnknownTokens::noted_stripped_share)
    lines.push_back(percent_text(unknown.stripped_share()) +
                    " of the text's characters are accents, vowel signs or tone marks that are "
                    "stripped; vocabulary.strip_accents=false keeps them");
  if (unknown.share() > UnknownTokens::warned_share)
    lines.push_back("warning: more than " + percent_text(UnknownTokens::warned_share) +
                    " of the tokens are [UNK]: " + remedies(unknown));
  return lines;
}

void check_share(const UnknownTokens& unknown, const std::string& vocabulary) {
  if (unknown.share() <= UnknownTokens::refused_share) return;
  std::string why;
  if (!unknown.missing.empty())
    why += "; commonest unknown characters: " + commonest_missing(unknown);
  if (unknown.long_words > 0) why += "; " + describe_long_words(unknown);
  throw ConfigError(vocabulary + ": expected at most " +
                    percent_text(UnknownTokens::refused_share) +
                    " of the text's tokens to be [UNK], found " + percent_text(unknown.share()) +
                    " (" + std::to_string(unknown.unknown) + " of " +
                    std::to_string(unknown.tokens) + ")" + why + "; " + remedies(unknown));
}

}  // namespace electra
