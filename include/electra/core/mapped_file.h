#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

#include "electra/core/file_handle.h"

namespace electra {

/// A whole file, mapped read-only. The file must not shrink while it is mapped.
class MappedFile {
 public:
  MappedFile() = default;
  /// Throws IoError if it is missing, unreadable or not a regular file. It may be empty.
  explicit MappedFile(std::filesystem::path path);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  [[nodiscard]] std::string_view text() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }
  /// Copies these bytes of it, as many as there is room for, from the file and not by way of the
  /// mapping: as fast as can be for what is read once. Throws IoError, also if the file has become
  /// shorter.
  void copy(std::span<const std::byte> bytes, std::span<std::byte> to) const;
  /// These bytes of it need not be kept in memory: who reads them again reads the file.
  void release(std::span<const std::byte> bytes) const noexcept;

 private:
  std::filesystem::path path_;
  FileHandle handle_;
  std::span<const std::byte> bytes_;
};

/// Finds all pages of these bytes of a mapped file now, if the system can: else each is found when
/// it is first read, and a program's memory grows with what it has met.
void have_at_hand(std::span<const std::byte> bytes) noexcept;

}  // namespace electra
