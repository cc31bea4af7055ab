#include "electra/data/added_tokens.h"

#include <algorithm>

#include "data/characters.h"
#include "data/hugging_face_characters.h"
#include "data/normalised_text.h"
#include "electra/data/unicode.h"

namespace electra {

namespace {

/// How many code points WordReader counts; a byte that is not UTF-8 is one.
Index count_places(std::string_view text) {
  Index places = 0;
  for (; !text.empty(); ++places)
    text.remove_prefix(static_cast<std::size_t>(decode_first(text).bytes));
  return places;
}

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U; }

/// The last character of a text that is not empty.
Decoded decode_last(std::string_view text) {
  std::size_t begin = text.size() - 1;
  while (begin > 0 && text.size() - begin < 4 && is_continuation(text[begin])) --begin;
  const Decoded character = decode_first(text.substr(begin));
  const bool whole = begin + static_cast<std::size_t>(character.bytes) == text.size();
  return whole ? character : decode_first(text.substr(text.size() - 1));
}

bool is_word(Decoded character) {
  return character.valid() && hugging_face::is_word_character(character.code);
}

bool is_space(Decoded character) {
  return character.valid() && is_uncleaned_separator(character.code);
}

bool is_inside_word(std::string_view text, std::size_t begin, std::size_t end) {
  return (begin > 0 && is_word(decode_last(text.substr(0, begin)))) ||
         (end < text.size() && is_word(decode_first(text.substr(end))));
}

std::size_t before_spaces(std::string_view text, std::size_t begin) {
  while (begin > 0) {
    const Decoded last = decode_last(text.substr(0, begin));
    if (!is_space(last)) break;
    begin -= static_cast<std::size_t>(last.bytes);
  }
  return begin;
}

std::size_t behind_spaces(std::string_view text, std::size_t end) {
  while (end < text.size()) {
    const Decoded first = decode_first(text.substr(end));
    if (!is_space(first)) break;
    end += static_cast<std::size_t>(first.bytes);
  }
  return end;
}

}  // namespace

void AddedTokens::Patterns::add(std::vector<std::string> texts) {
  for (const std::string& text : texts)
    if (!text.empty()) first_bytes[static_cast<unsigned char>(text[0])] = true;
  contents = Vocabulary::from_tokens(std::move(texts));
}

AddedTokens::AddedTokens(std::vector<AddedToken> tokens, WordpieceOptions options)
    : tokens_(std::move(tokens)), options_(options) {
  std::vector<std::string> raw, normalised;
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const AddedToken& token = tokens_[i];
    (token.normalized ? normalised_ : raw_).tokens.push_back(i);
    if (token.normalized)
      normalised.push_back(normalised_text(token.content, options).text);
    else
      raw.push_back(token.content);
  }
  raw_.add(std::move(raw));
  normalised_.add(std::move(normalised));
}

const std::string* AddedTokens::name_of(std::int32_t id) const {
  const auto found = std::ranges::find(tokens_, id, &AddedToken::id);
  return found == tokens_.end() ? nullptr : &found->content;
}

std::vector<AddedTokens::Found> AddedTokens::split(std::string_view text,
                                                   const Patterns& patterns) const {
  std::vector<Found> parts;
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size();) {
    const bool may_be = patterns.first_bytes[static_cast<unsigned char>(text[i])];
    const auto match = may_be ? patterns.contents.longest_prefix(text.substr(i), 1) : std::nullopt;
    if (!match) {
      ++i;
      continue;
    }
    const AddedToken& token = tokens_[patterns.tokens[static_cast<std::size_t>(match->id)]];
    std::size_t begin = i;
    std::size_t end = i += static_cast<std::size_t>(match->bytes);
    if (token.plain || (token.single_word && is_inside_word(text, begin, end))) continue;
    if (token.lstrip) begin = std::max(before_spaces(text, begin), done);
    if (token.rstrip) end = behind_spaces(text, end);
    if (done < begin) parts.push_back({done, begin, nullptr});
    parts.push_back({begin, end, &token});
    done = end;
  }
  if (done < text.size()) parts.push_back({done, text.size(), nullptr});
  return parts;
}

void AddedTokens::each_part(std::string_view text,
                            const std::function<void(const TextPart&)>& use) const {
  Index place = 0;
  for (const auto& [begin, end, token] : split(text, raw_)) {
    const std::string_view part = text.substr(begin, end - begin);
    const Index from = place;
    place += count_places(part);
    if (token == nullptr && !normalised_.tokens.empty())
      each_normalised_part(part, from, use);
    else
      use({.token = token,
           .text = part,
           .normalised = false,
           .origins = {},
           .begin = from,
           .end = place});
  }
}

void AddedTokens::each_normalised_part(std::string_view text, Index begin,
                                       const std::function<void(const TextPart&)>& use) const {
  NormalisedText all = normalised_text(text, options_);
  for (Index& origin : all.origins) origin += begin;
  std::size_t place = 0;
  for (const Found& part : split(all.text, normalised_)) {
    const std::string_view own =
        std::string_view(all.text).substr(part.begin, part.end - part.begin);
    const auto origins = std::span<const Index>(all.origins)
                             .subspan(place, static_cast<std::size_t>(count_places(own)));
    place += origins.size();
    use({.token = part.token,
         .text = own,
         .normalised = true,
         .origins = origins,
         .begin = origins.front(),
         .end = origins.back() + 1});
  }
}

}  // namespace electra
