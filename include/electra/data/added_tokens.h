#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "electra/core/shape.h"
#include "electra/data/vocabulary.h"
#include "electra/data/word_reader.h"

namespace electra {

/// A token that is looked for in a text before words are, as Hugging Face's AddedToken: "[MASK]",
/// or what somebody added to a model.
struct AddedToken {
  std::string content;
  std::int32_t id = 0;
  bool special = false;
  bool single_word = false;  ///< not beside a letter, digit or the like
  bool lstrip = false;       ///< takes the white space before it
  bool rstrip = false;       ///< takes the white space behind it
  bool normalized = true;    ///< normalised itself, it is looked for in the normalised text
  bool plain = false;        ///< where it is found, it is text like any other all the same

  friend bool operator==(const AddedToken&, const AddedToken&) = default;
};

/// A part of a text: an added token, or text between them that WordReader is to read.
struct TextPart {
  const AddedToken* token;         // null for text
  std::string_view text;           // UTF-8
  bool normalised;                 // whether the text is to be split alone
  std::span<const Index> origins;  // of its code points, in code points of the whole; where
  Index begin, end;                // normalised. The part in code points of the whole text
};

/// The added tokens of a tokenizer. At each place the longest is taken, from left to right; those
/// that are not normalised come first, then the others in what remains, as in Hugging Face's
/// tokenizers. Immutable, hence usable by many threads at once.
class AddedTokens {
 public:
  AddedTokens() = default;
  /// `options`: how texts and tokens are normalised.
  AddedTokens(std::vector<AddedToken> tokens, WordpieceOptions options);

  [[nodiscard]] bool empty() const { return tokens_.empty(); }
  [[nodiscard]] const std::vector<AddedToken>& tokens() const { return tokens_; }
  /// Its name, where an added token has this id.
  [[nodiscard]] const std::string* name_of(std::int32_t id) const;

  /// Calls `use` for the parts of a text in order; what a part refers to lives during its call.
  void each_part(std::string_view text, const std::function<void(const TextPart&)>& use) const;

 private:
  /// Contents that are looked for together.
  struct Patterns {
    Vocabulary contents = Vocabulary::from_tokens({});  // normalised where tokens are
    std::vector<std::size_t> tokens;                    // whose content each is
    std::array<bool, 256> first_bytes{};

    void add(std::vector<std::string> texts);
  };
  struct Found {
    std::size_t begin, end;   // bytes
    const AddedToken* token;  // null for what is between
  };

  [[nodiscard]] std::vector<Found> split(std::string_view text, const Patterns& patterns) const;
  void each_normalised_part(std::string_view text, Index begin,
                            const std::function<void(const TextPart&)>& use) const;

  std::vector<AddedToken> tokens_;
  WordpieceOptions options_;
  Patterns raw_, normalised_;
};

}  // namespace electra
