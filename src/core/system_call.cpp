#include "core/system_call.h"

#include <fcntl.h>
#include <unistd.h>

#include <system_error>

#include "electra/core/error.h"

namespace electra {

void fail_at(const std::filesystem::path& path, const std::string& what, int code) {
  throw IoError(path.string() + ": " + what + ": " + std::generic_category().message(code));
}

FileHandle open_file(const std::filesystem::path& path, int flags, const char* what) {
  const int descriptor = retry([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); });
  if (descriptor < 0) fail_at(path, what, errno);
  return FileHandle(descriptor);
}

void write_all(const FileHandle& handle, std::span<const std::byte> bytes,
               const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const auto count =
        retry([&] { return ::write(handle.descriptor(), bytes.data(), bytes.size()); });
    if (count < 0) fail_at(path, "cannot be written", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

}  // namespace electra
