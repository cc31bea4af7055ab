#pragma once

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

#include "electra/core/file_handle.h"

namespace electra {

/// What the files of core ask of the operating system.

/// IoError: path, what, and the system's word for the code.
[[noreturn]] void fail_at(const std::filesystem::path& path, const std::string& what, int code);

/// Calls again what a signal has interrupted.
template <class Call>
auto retry(Call call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

/// Throws IoError that says `what`.
[[nodiscard]] FileHandle open_file(const std::filesystem::path& path, int flags, const char* what);
void write_all(const FileHandle& handle, std::span<const std::byte> bytes,
               const std::filesystem::path& path);

}  // namespace electra
