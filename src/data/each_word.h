#pragma once

#include <algorithm>
#include <string_view>

#include "data/plain_words.h"
#include "electra/data/word_reader.h"

namespace electra {

/// Calls `f(std::string_view word, Index characters)` for each word that WordReader finds in a
/// text, without places and faster. Returns how many nonspacing marks were stripped.
template <class F>
Index each_word(std::string_view text, const WordpieceOptions& options, F&& f) {
  WordReader reader({}, options);
  const auto read = [&](std::string_view part) {
    reader.restart(part);
    while (const auto word = reader.next()) f(word->text, word->characters);
  };
  if (!options.clean_text) {
    read(text);
    return reader.stripped();
  }
  PlainWords plain;
  while (!text.empty()) {
    const std::size_t taken = plain.take(text, options.lower_case);
    plain.each([&](std::string_view word) {
      if (word.size() > WordpieceOptions::long_word_piece && options.cut_long_words)
        read(word);
      else
        f(word, static_cast<Index>(word.size()));
    });
    text.remove_prefix(taken);
    if (taken > 0) continue;
    const std::size_t end = std::min(text.find_first_of(" \t\n\r"), text.size());
    read(text.substr(0, end));
    text.remove_prefix(end);
  }
  return reader.stripped();
}

}  // namespace electra
