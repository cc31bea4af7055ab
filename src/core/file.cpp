#include "electra/core/file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "core/system_call.h"
#include "electra/core/atomic_file.h"

namespace electra {

namespace {

constexpr std::size_t first_bytes = std::size_t{1} << 14U;  // as much as most small files have

}  // namespace

std::string read_file(const std::filesystem::path& path) {
  const FileHandle handle = open_file(path, O_RDONLY, "cannot be opened");
  std::string text;
  std::size_t size = 0;
  while (true) {
    if (size == text.size()) text.resize(std::max(first_bytes, 2 * size));
    const auto count =
        retry([&] { return ::read(handle.descriptor(), text.data() + size, text.size() - size); });
    if (count < 0) fail_at(path, "cannot be read", errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  text.resize(size);
  return text;
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
