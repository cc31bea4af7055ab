#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "electra/core/file_handle.h"

namespace electra {

/// A file that appears under its name all at once: written under a temporary name in the same
/// folder, and renamed by `commit`. Without commit nothing remains. Errors are IoError.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }
  /// Writes over bytes written before, `offset` bytes from the start: a header that counts what
  /// followed it.
  void overwrite(std::int64_t offset, std::span<const std::byte> bytes);
  /// Flushes file and folder to the disk, with the rename between them. Nothing may follow.
  void commit();

 private:
  void flush();

  std::filesystem::path path_;
  std::filesystem::path temporary_;  // empty once there is nothing to remove
  FileHandle handle_;
  std::vector<std::byte> buffer_;
};

}  // namespace electra
