#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "data/byte_source.h"
#include "data/text_encoding.h"
#include "electra/core/shape.h"

namespace electra {

/// How long a line may be, in bytes.
struct LineLimits {
  std::size_t piece = std::size_t{1} << 20U;      // of text: longer ones come in pieces
  std::size_t json_line = std::size_t{1} << 28U;  // of JSON lines: longer ones are skipped
};

/// The longest piece from the start of a text that is no longer than `most` bytes: up to and with
/// its last white space (of ASCII), else up to a character's end.
[[nodiscard]] std::size_t piece_length(std::string_view text, std::size_t most);

/// What separates lines: the line feed, or in files of old Macs the carriage return.
[[nodiscard]] std::string_view line_ends_of(std::string_view text);

/// Where from `from` on the first of these ends is; npos if there is none.
[[nodiscard]] std::size_t find_line_end(std::string_view text, std::string_view ends,
                                        std::size_t from = 0);

/// The lines of a file of text in UTF-8, unpacked and transcoded, with no more than one of them in
/// memory. Bytes that are not UTF-8 are passed on.
class LineSource {
 public:
  /// Opens the file and looks at its start. Throws IoError, naming the file, if it cannot be read
  /// or is no text.
  LineSource(const std::filesystem::path& path, const std::string& encoding,
             LineLimits limits = {});

  /// The first 64 KiB of the text, or all of it, until next() is called.
  [[nodiscard]] std::string_view head() const;
  /// Whether head() is all of it.
  [[nodiscard]] bool head_is_all() const;
  /// Lines are whole from now on, and none is held that is longer than limits.json_line.
  void expect_json_lines() { json_ = true; }

  /// Goes to the next line; false at the end. Throws IoError.
  [[nodiscard]] bool next();
  /// Without its end; valid until next().
  [[nodiscard]] std::string_view line() const { return line_; }
  [[nodiscard]] Index number() const { return number_; }  // from 1
  /// The line goes on with what was in line() before: it is a piece of one.
  [[nodiscard]] bool goes_on() const { return goes_on_; }
  /// line() is empty because it was longer than limits.json_line.
  [[nodiscard]] bool was_skipped() const { return skipped_; }

  [[nodiscard]] Index bytes() const { return bytes_; }          // of text, that were read so far
  [[nodiscard]] Index cut_lines() const { return cut_lines_; }  // that came in pieces
  [[nodiscard]] const Encoding& encoding() const { return encoding_; }
  [[nodiscard]] bool is_transcoded() const { return transcoder_.has_value(); }
  /// That the file's encoding does not have; 0 if it is UTF-8.
  [[nodiscard]] Index untranslatable_bytes() const {
    return transcoder_ ? transcoder_->invalid_bytes() : 0;
  }
  [[nodiscard]] Packing packing() const { return source_.packing(); }
  /// The file as it is.
  [[nodiscard]] const RawFile& packed() const { return source_.file(); }

 private:
  void look_at_start(std::string start, const std::string& wanted);
  bool fill();
  void take(std::size_t length, std::size_t end_length);
  bool take_too_long();
  bool take_last();

  ByteSource source_;
  LineLimits limits_;
  Encoding encoding_;
  std::optional<Transcoder> transcoder_;
  std::string_view line_ends_ = "\n";
  bool json_ = false;
  bool at_end_ = false;  // of the bytes

  std::string text_;
  std::size_t begin_ = 0;     // of what is still to be given
  std::size_t searched_ = 0;  // bytes from there on that hold no line end
  std::string_view line_;
  Index number_ = 0;
  Index bytes_ = 0;
  Index cut_lines_ = 0;
  bool in_line_ = false;
  bool goes_on_ = false;
  bool skipped_ = false;
  bool after_return_ = false;  // a line feed that follows belongs to the line's end
};

}  // namespace electra
