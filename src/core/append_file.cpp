#include "electra/core/append_file.h"

#include <fcntl.h>

#include <utility>

#include "core/system_call.h"

namespace electra {

AppendFile::AppendFile(std::filesystem::path path, Mode mode) : path_(std::move(path)) {
  const int flags = mode == Mode::create_new ? O_EXCL : mode == Mode::replace ? O_TRUNC : 0;
  handle_ = open_file(path_, O_WRONLY | O_CREAT | O_APPEND | flags, "cannot be opened for writing");
}

void AppendFile::write(std::span<const std::byte> bytes) { write_all(handle_, bytes, path_); }

}  // namespace electra
