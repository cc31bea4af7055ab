#include "data/raw_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "core/system_call.h"
#include "electra/core/checksum.h"
#include "electra/core/error.h"

namespace electra {
namespace {

constexpr std::size_t piece_bytes = std::size_t{1} << 18U;

std::string reason(int code) { return std::generic_category().message(code); }

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

FileFacts facts_in(const struct stat& status) {
  return {.bytes = status.st_size,
          .modified_ns = nanoseconds(status.st_mtim),
          .changed_ns = nanoseconds(status.st_ctim)};
}

}  // namespace

FileFacts facts_of(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) fail_corpus(path, "cannot be examined: " + reason(errno));
  return facts_in(status);
}

void fail_corpus(const std::filesystem::path& path, const std::string& what) {
  throw IoError("corpus " + path.string() + ": " + what);
}

RawFile::RawFile(std::filesystem::path path) : path_(std::move(path)) {
  // Without O_NONBLOCK a pipe would wait for its writer before it could be refused.
  handle_ = FileHandle(::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!handle_) fail_corpus(path_, "cannot be opened: " + reason(errno));
  struct stat status {};
  if (::fstat(handle_.descriptor(), &status) != 0)
    fail_corpus(path_, "cannot be examined: " + reason(errno));
  if (S_ISDIR(status.st_mode)) fail_corpus(path_, "cannot be read: " + reason(EISDIR));
  if (!S_ISREG(status.st_mode))
    fail_corpus(path_, "expected a regular file, which can be read more than once, found none");
  facts_ = facts_in(status);
  buffer_.resize(piece_bytes);
}

std::string_view RawFile::read() {
  const auto count =
      retry([&] { return ::read(handle_.descriptor(), buffer_.data(), buffer_.size()); });
  if (count < 0) fail_corpus(path_, "cannot be read: " + reason(errno));
  const std::string_view piece(buffer_.data(), static_cast<std::size_t>(count));
  bytes_ += std::ssize(piece);
  checksum_ = crc32c(piece, checksum_);
  return piece;
}

}  // namespace electra
