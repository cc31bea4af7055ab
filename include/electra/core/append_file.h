#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>

#include "electra/core/file_handle.h"

namespace electra {

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

}  // namespace electra
