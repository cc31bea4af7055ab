#include "electra/core/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <vector>

#include "core/system_call.h"
#include "electra/core/atomic_file.h"

namespace electra {

namespace {

constexpr std::size_t buffer_size = std::size_t{1} << 20U;

}  // namespace

std::string read_file(const std::filesystem::path& path) {
  const FileHandle handle = open_file(path, O_RDONLY, "cannot be opened");
  std::string text;
  std::vector<char> piece(buffer_size);
  while (true) {
    const auto count =
        retry([&] { return ::read(handle.descriptor(), piece.data(), piece.size()); });
    if (count < 0) fail_at(path, "cannot be read", errno);
    if (count == 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(count));
  }
}

void write_file(const std::filesystem::path& path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

void sync_folder(const std::filesystem::path& folder) {
  const FileHandle handle = open_file(folder, O_RDONLY | O_DIRECTORY, "cannot be opened");
  // Some network file systems cannot flush a folder, and say so with EINVAL.
  if (retry([&] { return ::fsync(handle.descriptor()); }) != 0 && errno != EINVAL)
    fail_at(folder, "cannot be flushed to the disk", errno);
}

void make_folders(const std::filesystem::path& folder) {
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code) fail_at(folder, "the folder cannot be made", code.value());
}

}  // namespace electra
