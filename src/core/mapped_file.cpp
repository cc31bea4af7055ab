#include "electra/core/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "core/system_call.h"
#include "electra/core/error.h"

namespace electra {

namespace {

/// Of the pages that these bytes lie on.
void advise(std::span<const std::byte> bytes, int advice) noexcept {
  if (bytes.empty()) return;
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data()) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(bytes.data() + bytes.size());
  ::madvise(reinterpret_cast<void*>(begin), end - begin, advice);
}

}  // namespace

MappedFile::MappedFile(std::filesystem::path path) : path_(std::move(path)) {
  // Without O_NONBLOCK a pipe would wait for its writer before it could be refused.
  handle_ = open_file(path_, O_RDONLY | O_NONBLOCK, "cannot be opened");
  struct stat status {};
  if (::fstat(handle_.descriptor(), &status) != 0) fail_at(path_, "cannot be examined", errno);
  if (S_ISDIR(status.st_mode)) fail_at(path_, "cannot be read", EISDIR);
  if (!S_ISREG(status.st_mode)) throw IoError(path_.string() + ": not a regular file");
  if (status.st_size == 0) return;
  const auto size = static_cast<std::size_t>(status.st_size);
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, handle_.descriptor(), 0);
  if (data == MAP_FAILED) fail_at(path_, "cannot be mapped", errno);
  bytes_ = {static_cast<const std::byte*>(data), size};
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

void MappedFile::copy(std::span<const std::byte> bytes, std::span<std::byte> to) const {
  auto at = static_cast<::off_t>(bytes.data() - bytes_.data());
  while (!to.empty()) {
    const auto count =
        retry([&] { return ::pread(handle_.descriptor(), to.data(), to.size(), at); });
    if (count < 0) fail_at(path_, "cannot be read", errno);
    if (count == 0)
      throw IoError(path_.string() + ": expected " + std::to_string(bytes_.size()) +
                    " bytes, as there were when it was opened, found " + std::to_string(at));
    to = to.subspan(static_cast<std::size_t>(count));
    at += count;
  }
}

void MappedFile::release(std::span<const std::byte> bytes) const noexcept {
  advise(bytes, MADV_DONTNEED);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)),
      handle_(std::move(other.handle_)),
      bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(handle_, other.handle_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

void have_at_hand(std::span<const std::byte> bytes) noexcept {
#ifdef MADV_POPULATE_READ  // Linux 5.14; an older one says that it cannot, and nothing is lost
  advise(bytes, MADV_POPULATE_READ);
#endif
}

}  // namespace electra
