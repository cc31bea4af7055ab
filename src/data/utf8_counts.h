#pragma once

#include <string>
#include <string_view>

#include "electra/core/shape.h"

namespace electra {

/// How much of a text is not UTF-8, line by line.
struct Utf8Counts {
  Index bytes = 0;
  Index lines = 0;
  Index invalid_bytes = 0;  // NULs count
  Index invalid_lines = 0;  // with such bytes
  Index foreign_bytes = 0;  // those of them that no cut at the line's end explains
  Index foreign_lines = 0;  // with such bytes
  Index foreign_runs = 0;   // bytes of them that follow another such byte or character
  Index control_bytes = 0;  // those of them that Latin-1 has no letter for, 0x80 to 0x9F
  Index characters = 0;     // well-formed ones beyond ASCII
  Index first_invalid_line = 0;
  Index first_invalid_byte = 0;  // in that line, from 1

  /// Returns how many bytes of the line are invalid. `number` is the line's, from 1.
  Index add(std::string_view line, Index number);
  void add(const Utf8Counts& other);

  /// Whether this is rather a text in another encoding than one with a few broken bytes: ten such
  /// bytes or more, on more than 1 % of the lines (or on all of them), that are more than a
  /// thousandth of all bytes or a tenth of the characters beyond ASCII.
  [[nodiscard]] bool is_other_encoding() const;
  /// Whether there is enough of them to judge before the text's end.
  [[nodiscard]] bool enough() const { return foreign_lines >= 100 || foreign_bytes >= 1000; }
};

}  // namespace electra
