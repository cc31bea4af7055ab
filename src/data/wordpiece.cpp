#include "electra/data/wordpiece.h"

#include <algorithm>
#include <string>

#include "data/unicode.h"

namespace electra {

Wordpiece::Wordpiece(const Vocabulary& vocabulary, const WordpieceOptions& options)
    : vocabulary_(vocabulary), options_(options), words_(options) {
  for (const std::string& token : vocabulary.tokens()) longest_ = std::max(longest_, token.size());
}

std::vector<Token> Wordpiece::tokenize(std::string_view text) const {
  std::vector<Token> tokens;
  for (const Word& word : words_.split(text)) match(word, tokens);
  return tokens;
}

std::vector<std::int32_t> Wordpiece::encode(std::string_view text) const {
  std::vector<std::int32_t> ids;
  for (const Token& token : tokenize(text)) ids.push_back(token.id);
  return ids;
}

void Wordpiece::match(const Word& word, std::vector<Token>& tokens) const {
  const std::size_t most = options_.compat == Compat::google ? 200 : 100;
  const std::size_t before = tokens.size();
  const auto unknown = [&] {
    tokens.resize(before);
    tokens.push_back({vocabulary_.unknown(), word.origins.front(), word.origins.back() + 1});
  };
  if (word.text.size() > most) return unknown();
  std::string piece;              // "##" and the bytes from `begin` on
  std::vector<std::size_t> ends;  // of each code point in `piece`
  for (std::size_t begin = 0; begin < word.text.size();) {
    piece = begin == 0 ? "" : "##";
    ends.clear();
    for (std::size_t i = begin; i < word.text.size() && piece.size() < longest_; ++i) {
      unicode::append_utf8(word.text[i], piece);
      ends.push_back(piece.size());
    }
    std::size_t length = ends.size();
    std::optional<std::int32_t> id;
    while (length > 0 &&
           !(id = vocabulary_.find(std::string_view(piece).substr(0, ends[length - 1]))))
      --length;
    if (!id) return unknown();
    const std::size_t end = begin + length;
    tokens.push_back({*id, word.origins[begin], word.origins[end - 1] + 1});
    begin = end;
  }
}

}  // namespace electra
