#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "electra/core/error.h"
#include "electra/tasks/task.h"

namespace electra {

/// A line without its end.
struct TextLine {
  Index number = 0;  // from 1
  std::string_view text;
};

/// The whole of a file that people label, without a byte order mark. Bytes that are not UTF-8 are
/// passed on. Throws IoError, naming the file, if it cannot be read or is empty, and naming the
/// line too, if it holds a NUL byte.
[[nodiscard]] std::string read_text(const std::filesystem::path& file);

/// Lines end with \n or \r\n; the last one need not.
[[nodiscard]] std::vector<TextLine> lines_of(std::string_view text);

/// "dev.tsv, line 12".
[[nodiscard]] std::string line_place(const std::string& file, Index line);

/// The text in quotes for a message, shortened where it is long.
[[nodiscard]] std::string shown(std::string_view text);

/// Throws IoError: "PLACE: expected EXPECTED, found FOUND".
[[noreturn]] void refuse(const std::string& place, const std::string& expected,
                         const std::string& found);

/// A message that opens with the file, and its line or `line`: the rest of it.
[[nodiscard]] BadRow bad_row_of(std::string_view message, const std::string& file, Index line);

/// Reads a row, of which the message of IoError names the line, else it is `line`. One that cannot
/// be read is told to options.bad_row if there is one, and the result is false.
template <class Read>
bool read_row(const ReadOptions& options, const std::string& file, Index line, Read&& read) {
  try {
    read();
    return true;
  } catch (const IoError& error) {
    if (!options.bad_row) throw;
    options.bad_row(bad_row_of(error.what(), file, line));
    return false;
  }
}

/// Whether a text is a number without sign, as columns are numbered.
[[nodiscard]] bool is_digits(std::string_view text);

/// The column (from 0) of a number from 1, of `count` columns. Throws IoError for one that there
/// is not; `place` opens the message.
[[nodiscard]] Index column_of(std::string_view number, Index count, const std::string& place);

}  // namespace electra
