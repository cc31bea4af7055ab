#include "electra/core/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <tuple>
#include <utility>

#include "core/system_call.h"
#include "electra/core/error.h"
#include "electra/core/file.h"

namespace electra {

namespace {

constexpr std::size_t buffer_size = std::size_t{1} << 20U;

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

/// A name that nobody has: a leftover of another process is never touched.
std::pair<std::filesystem::path, FileHandle> open_temporary(const std::filesystem::path& path) {
  const std::string stem =
      "." + path.filename().string() + ".partial-" + std::to_string(::getpid());
  for (int attempt = 0;; ++attempt) {
    auto name = folder_of(path) / (stem + "-" + std::to_string(attempt));
    const int descriptor =
        retry([&] { return ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666); });
    if (descriptor >= 0) return {std::move(name), FileHandle(descriptor)};
    if (errno != EEXIST) fail_at(path, "cannot be created", errno);
  }
}

}  // namespace

AtomicFile::AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
  if (!path_.has_filename()) throw IoError(path_.string() + ": not the name of a file");
  std::tie(temporary_, handle_) = open_temporary(path_);
  buffer_.reserve(buffer_size);
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      handle_(std::move(other.handle_)),
      buffer_(std::move(other.buffer_)) {}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::flush() {
  write_all(handle_, buffer_, path_);
  buffer_.clear();
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  if (!handle_) throw IoError(path_.string() + ": written after it was committed");
  if (buffer_.size() + bytes.size() > buffer_size) flush();
  if (bytes.size() >= buffer_size) return write_all(handle_, bytes, path_);
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

void AtomicFile::overwrite(std::int64_t offset, std::span<const std::byte> bytes) {
  if (!handle_) throw IoError(path_.string() + ": written after it was committed");
  flush();
  while (!bytes.empty()) {
    const auto count =
        retry([&] { return ::pwrite(handle_.descriptor(), bytes.data(), bytes.size(), offset); });
    if (count < 0) fail_at(path_, "cannot be written", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += count;
  }
}

void AtomicFile::commit() {
  if (!handle_) throw IoError(path_.string() + ": committed twice");
  flush();
  if (retry([&] { return ::fsync(handle_.descriptor()); }) != 0)
    fail_at(path_, "cannot be flushed to the disk", errno);
  handle_ = FileHandle();
  if (::rename(temporary_.c_str(), path_.c_str()) != 0)
    fail_at(path_, "cannot be put in place", errno);
  temporary_.clear();
  sync_folder(folder_of(path_));
}

}  // namespace electra
