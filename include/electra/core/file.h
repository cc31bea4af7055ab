#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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
  /// These bytes of it need not be kept in memory: who reads them again reads the file.
  void release(std::span<const std::byte> bytes) const noexcept;

 private:
  std::filesystem::path path_;
  std::span<const std::byte> bytes_;
};

/// An open file descriptor; closed when it goes.
class FileHandle {
 public:
  FileHandle() = default;
  explicit FileHandle(int descriptor) : descriptor_(descriptor) {}
  ~FileHandle();
  FileHandle(FileHandle&& other) noexcept;
  FileHandle& operator=(FileHandle&& other) noexcept;
  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] explicit operator bool() const { return descriptor_ >= 0; }

 private:
  int descriptor_ = -1;
};

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

/// A file that grows at its end; each write is with the operating system on return. For logs.
class AppendFile {
 public:
  enum class Mode { create_new, replace, append };  // create_new: an IoError if it exists

  AppendFile(std::filesystem::path path, Mode mode);

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text) { write(std::as_bytes(std::span(text))); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  FileHandle handle_;
};

/// The whole file. Throws IoError.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);
/// Replaces the whole file at once (AtomicFile).
void write_file(const std::filesystem::path& path, std::string_view text);
/// Makes what was created, renamed or removed in this folder survive a power cut.
void sync_folder(const std::filesystem::path& folder);
/// Makes the folder and those above it, where missing. Throws IoError.
void make_folders(const std::filesystem::path& folder);

}  // namespace electra
