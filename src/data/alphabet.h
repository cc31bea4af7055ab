#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "data/word_counts.h"
#include "electra/core/shape.h"

namespace electra {

/// How often a character occurs, and whether at the beginning of a word, inside one, or both.
struct CharacterUsage {
  std::string character;
  std::int64_t count = 0;
  bool begins = false;
  bool continues = false;

  /// Entries of a vocabulary: "c" and "##c".
  [[nodiscard]] Index entries() const { return Index{begins} + Index{continues}; }
};

/// Removes the first character of a text, and returns it.
[[nodiscard]] std::string_view take_character(std::string_view& text);

/// The characters of these words, the most frequent first, equally frequent ones in the order of
/// their bytes.
[[nodiscard]] std::vector<CharacterUsage> usage_of_characters(const WordCounts& words);

[[nodiscard]] Index entries_of(std::span<const CharacterUsage> characters);

/// Which characters, from the front of such a list, an alphabet needs: as few as cover this share
/// of the text's characters, `limit` at most where it is not 0.
[[nodiscard]] std::size_t required_characters(std::span<const CharacterUsage> characters,
                                              double coverage, Index limit);

/// Takes more characters, from the front of those after the first `taken`, as long as all that are
/// taken need at most `room` entries. Returns how many are taken then.
[[nodiscard]] std::size_t take_more(std::span<const CharacterUsage> characters, std::size_t taken,
                                    Index room);

/// Their entries: those that begin words, then the continued ones, each in the order of their
/// bytes.
[[nodiscard]] std::vector<std::string> spelled(std::span<const CharacterUsage> characters);

}  // namespace electra
