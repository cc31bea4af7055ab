#include "tasks/scores/answers.h"

#include <algorithm>
#include <map>

#include "data/characters.h"
#include "electra/data/unicode.h"

namespace electra {

namespace {

using Code = std::vector<char32_t>;

Code lower_case(std::string_view text) {
  std::vector<Character> characters;
  const std::string valid = well_formed(text);
  for (std::string_view rest = valid; !rest.empty();) {
    const Decoded decoded = decode_first(rest);
    characters.push_back({decoded.code, 0});
    rest.remove_prefix(static_cast<std::size_t>(decoded.bytes));
  }
  lower_in_context(characters);
  Code codes;
  for (const Character& character : characters) codes.push_back(character.code);
  return codes;
}

/// Python's string.punctuation.
bool is_ascii_punctuation(char32_t code) {
  constexpr std::u32string_view signs = U"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
  return signs.find(code) != signs.npos;
}

bool is_article(std::u32string_view word) {
  return word == U"a" || word == U"an" || word == U"the";
}

/// Python's re.sub(r"\b(a|an|the)\b", " ", …): a word is a run of letters and digits.
Code without_articles(const Code& codes) {
  Code result;
  for (std::size_t begin = 0, end = 0; begin < codes.size(); begin = end) {
    const bool in_word = is_alphanumeric(codes[begin]);
    while (end < codes.size() && is_alphanumeric(codes[end]) == in_word) ++end;
    const std::u32string word(codes.begin() + static_cast<Index>(begin),
                              codes.begin() + static_cast<Index>(end));
    if (is_article(word))
      result.push_back(U' ');
    else
      result.insert(result.end(), word.begin(), word.end());
  }
  return result;
}

std::vector<std::string> words_of(std::string_view answer) {
  Code codes = lower_case(answer);
  std::erase_if(codes, is_ascii_punctuation);
  std::vector<std::string> words;
  bool in_word = false;
  for (const char32_t code : without_articles(codes)) {
    const bool separates = is_white_space(code);
    if (!separates && !in_word) words.emplace_back();
    if (!separates) append_utf8(words.back(), code);
    in_word = !separates;
  }
  return words;
}

/// `compare` of the prediction with each right answer, the best of them.
Measure best_of_answers(const Scored& scored,
                        double (*compare)(std::string_view, std::string_view)) {
  std::vector<double> values;
  for (std::size_t i = 0; i < scored.predictions.size(); ++i) {
    const std::string& found = scored.predictions[i].answer;
    bool any = false;
    double best = 0;
    for (const PassageAnswer& right : scored.examples.rows[i].answers) {
      if (normalised_answer(right.text).empty()) continue;
      best = std::max(best, compare(found, right.text));
      any = true;
    }
    values.push_back(any ? best : compare(found, ""));
  }
  return mean_of(std::move(values));
}

}  // namespace

std::string normalised_answer(std::string_view answer) {
  std::string text;
  for (const std::string& word : words_of(answer)) text += (text.empty() ? "" : " ") + word;
  return text;
}

double answer_match(std::string_view answer, std::string_view right) {
  return words_of(answer) == words_of(right) ? 1 : 0;
}

double answer_f1(std::string_view answer, std::string_view right) {
  const std::vector<std::string> found = words_of(answer), expected = words_of(right);
  if (found.empty() || expected.empty()) return found.empty() == expected.empty() ? 1 : 0;
  std::map<std::string, Index> left;
  for (const std::string& word : expected) ++left[word];
  Index both = 0;
  for (const std::string& word : found)
    if (left[word]-- > 0) ++both;
  return 2 * static_cast<double>(both) / static_cast<double>(found.size() + expected.size());
}

Measure exact_match(Evidence& evidence) { return best_of_answers(evidence.scored(), answer_match); }

Measure word_f1(Evidence& evidence) { return best_of_answers(evidence.scored(), answer_f1); }

}  // namespace electra
