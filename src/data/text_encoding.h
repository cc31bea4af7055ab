#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "electra/core/shape.h"

namespace electra {

/// Whether the name is "auto" or one that iconv knows, as it is or as Python writes it (latin-1).
[[nodiscard]] bool is_encoding(std::string_view name);

/// Whether it is a name of UTF-8.
[[nodiscard]] bool is_utf8_name(std::string_view name);

/// How a file's bytes are to be read.
struct Encoding {
  std::string name = "UTF-8";  // that iconv knows
  std::size_t mark = 0;        // bytes of a byte order mark at the start
  bool named_by_user = false;  // not found out: bytes that do not fit are the user's choice
};

/// What the file's first bytes say: a byte order mark, or the NULs of UTF-16 and UTF-32; else
/// UTF-8 where the start is that and has ten or more characters beyond ASCII, or where `wanted` is
/// UTF-16 or UTF-32 and cannot be; else `wanted`, and UTF-8 for "auto".
[[nodiscard]] Encoding encoding_of(std::string_view head, std::string_view wanted);

/// The reason why a head is in no encoding that "auto" reads: the escapes of ISO-2022. Else empty.
[[nodiscard]] std::string other_encoding(std::string_view head);

/// Makes UTF-8 of a stream of bytes. Bytes that do not fit are left out and counted.
class Transcoder {
 public:
  /// Throws Error for a name that iconv does not know.
  explicit Transcoder(const std::string& encoding);
  ~Transcoder();
  Transcoder(Transcoder&& other) noexcept;
  Transcoder& operator=(Transcoder&& other) noexcept;
  Transcoder(const Transcoder&) = delete;
  Transcoder& operator=(const Transcoder&) = delete;

  /// Appends what the piece says to `text`; a character that the piece cuts waits for the next.
  void append(std::string_view piece, std::string& text);
  /// At the end of the stream: a character that is not complete counts as left out.
  void finish(std::string& text);
  [[nodiscard]] Index invalid_bytes() const { return invalid_; }

 private:
  [[nodiscard]] std::size_t convert(std::string_view bytes, std::string& text);

  void* converter_;
  std::size_t unit_;     // bytes that are skipped where nothing fits
  std::string waiting_;  // the start of a character
  Index invalid_ = 0;
};

}  // namespace electra
