#include "infer/words.h"

#include "electra/data/unicode.h"

namespace electra {

WordTokens words_of(std::string_view text, const Wordpiece& tokenizer) {
  WordTokens found{std::string(text), {}, tokenizer.tokenize(text), {}};
  for (std::size_t i = 0; i < found.tokens.size(); ++i) {
    const Token& token = found.tokens[i];
    const bool goes_on = !found.words.empty() && tokenizer.token(token.id).starts_with("##");
    if (goes_on) {
      found.words.back().end = token.end;
    } else {
      found.firsts.push_back({static_cast<Index>(i), found.words.size()});
      found.words.push_back({token.begin, token.end});
    }
  }
  return found;
}

WordTokens words_of(std::span<const std::string> words, const Wordpiece& tokenizer) {
  WordTokens found;
  Index begin = 0;
  for (const std::string& word : words) {
    if (!found.words.empty()) found.text += ' ';
    found.text += word;
    const Index characters = std::ssize(character_starts(word)) - 1;
    const std::vector<Token> tokens = tokenizer.tokenize(word);
    if (!tokens.empty()) found.firsts.push_back({std::ssize(found.tokens), found.words.size()});
    found.words.push_back({begin, begin + characters});
    for (const Token& token : tokens)
      found.tokens.push_back({token.id, begin + token.begin, begin + token.end});
    begin += characters + 1;
  }
  return found;
}

}  // namespace electra
