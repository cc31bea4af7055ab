#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "electra/core/file_handle.h"
#include "electra/core/shape.h"

namespace electra {

/// Throws the IoError "corpus PATH: WHAT".
[[noreturn]] void fail_corpus(const std::filesystem::path& path, const std::string& what);

/// What the file system says of a file: its length, and nanoseconds since 1970.
struct FileFacts {
  std::int64_t bytes = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;
};

/// Throws IoError.
[[nodiscard]] FileFacts facts_of(const std::filesystem::path& path);

/// A regular file read once from start to end, with the checksum of what was read.
class RawFile {
 public:
  /// Throws IoError if it is missing, unreadable or not a regular file: a corpus is read more than
  /// once, which a pipe cannot be.
  explicit RawFile(std::filesystem::path path);

  /// Up to 256 KiB more, valid until the next call; empty at the end. Throws IoError.
  [[nodiscard]] std::string_view read();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] Index bytes() const { return bytes_; }  // that were read
  [[nodiscard]] std::uint32_t checksum() const { return checksum_; }
  /// When the file was opened.
  [[nodiscard]] const FileFacts& facts() const { return facts_; }

 private:
  std::filesystem::path path_;
  FileHandle handle_;
  std::string buffer_;
  Index bytes_ = 0;
  std::uint32_t checksum_ = 0;
  FileFacts facts_;
};

}  // namespace electra
