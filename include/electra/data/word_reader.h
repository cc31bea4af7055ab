#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// Whose results the tokenizer reproduces where the two differ: google-research/electra's own
/// tokenizer, or Hugging Face's fast one.
enum class Compat : std::uint8_t { google, hf };
[[nodiscard]] std::span<const std::string_view> enum_names(Compat);

struct WordpieceOptions {
  Compat compat = Compat::google;
  bool lower_case = true;
  std::optional<bool> strip_accents = std::nullopt;  ///< As lower_case where not given. google
                                                     ///< strips only where it lower-cases too.
  bool cut_long_words = false;  ///< into pieces of long_word_piece characters, each a word

  bool handle_chinese_chars = true;  ///< each Chinese character is a word
  bool clean_text = true;            ///< leaves out what is no text: control characters
  std::optional<Index> max_word_characters = std::nullopt;  ///< google 200, hf 100

  static constexpr Index long_word_piece = 100;

  /// Words with more characters than this become one [UNK], unless they are cut.
  [[nodiscard]] Index longest_word() const {
    return max_word_characters.value_or(compat == Compat::google ? 200 : 100);
  }
};

/// A normalised word, valid until the reader moves on.
struct Word {
  std::string_view text;           // UTF-8
  std::span<const Index> origins;  // [bytes] the place of each byte's character in the original
  Index characters;                // code points of `text`
};

/// Splits a text into normalised words: drops control characters and bytes that are not UTF-8,
/// lower-cases, strips accents, makes each punctuation mark and each Chinese character a word, and
/// cuts words that are too long where the options say so.
/// Places are counted in code points of the original text; a byte that is not UTF-8 counts as one.
/// The text must outlive the reader.
class WordReader {
 public:
  WordReader(std::string_view text, WordpieceOptions options);

  /// Goes on with another text, whose places begin at 0; no word reaches across. Buffers are kept.
  void restart(std::string_view text);
  /// The next word, or nothing at the end.
  [[nodiscard]] std::optional<Word> next();
  /// How many nonspacing marks (accents, vowel signs, tone marks) were stripped so far.
  [[nodiscard]] Index stripped() const { return stripped_; }

 private:
  struct Bounds {
    std::size_t begin, end;
    Index characters;
  };

  [[nodiscard]] bool read_chunk();
  void split_ascii(std::string_view chunk);
  void split_unicode(std::string_view chunk);
  void add_word(Bounds word);

  std::string_view rest_;
  WordpieceOptions options_;
  Index position_ = 0;
  Index stripped_ = 0;
  std::string text_;
  std::vector<Index> origins_;
  std::vector<Bounds> words_;
  std::size_t taken_ = 0;
};

}  // namespace electra
