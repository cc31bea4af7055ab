#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "electra/data/word_reader.h"

namespace electra {

/// A text as Hugging Face's BertNormalizer makes it, before it is split into words.
struct NormalisedText {
  std::string text;            // UTF-8
  std::vector<Index> origins;  // the place of each code point's character in the original
};

/// Leaves out what is not UTF-8 and, if it is cleaned, control characters; white space becomes a
/// space, Chinese characters get one on either side; then `normalise`.
[[nodiscard]] NormalisedText normalised_text(std::string_view text,
                                             const WordpieceOptions& options);

}  // namespace electra
