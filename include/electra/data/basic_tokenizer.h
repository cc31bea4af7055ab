#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// Whose rules to follow where they differ: the reference's (google-research/electra,
/// model/tokenization.py) or Hugging Face's fast tokenizer. docs/tokenizer.md lists the
/// differences.
enum class Compat : std::uint8_t { google, hf };

struct WordpieceOptions {
  Compat compat = Compat::google;
  bool lower_case = true;
  std::optional<bool> strip_accents;  // as lower_case, unless given

  [[nodiscard]] bool strips() const { return strip_accents.value_or(lower_case); }
};

/// A word as the vocabulary sees it: normalised code points, and where each comes from.
struct Word {
  std::u32string text;
  std::vector<Index> origins;  // the number of each code point's source in the original text
};

/// Cleans, normalises and splits text at blanks and punctuation, before any vocabulary. Bytes that
/// are not UTF-8 are skipped and count nothing.
class BasicTokenizer {
 public:
  explicit BasicTokenizer(const WordpieceOptions& options) : options_(options) {}

  [[nodiscard]] std::vector<Word> split(std::string_view text) const;

 private:
  WordpieceOptions options_;
};

/// The version of Unicode that decides about characters, e.g. "15.0.0".
[[nodiscard]] std::string_view unicode_version();

}  // namespace electra
