#include "electra/core/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <tuple>
#include <utility>

#include "electra/core/error.h"

namespace electra {
namespace {

constexpr std::size_t buffer_size = std::size_t{1} << 20U;

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& what, int code) {
  throw IoError(path.string() + ": " + what + ": " + std::generic_category().message(code));
}

template <class Call>
auto retry(Call call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

FileHandle open_file(const std::filesystem::path& path, int flags, const char* what) {
  const int descriptor = retry([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); });
  if (descriptor < 0) fail(path, what, errno);
  return FileHandle(descriptor);
}

void write_all(const FileHandle& handle, std::span<const std::byte> bytes,
               const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const auto count =
        retry([&] { return ::write(handle.descriptor(), bytes.data(), bytes.size()); });
    if (count < 0) fail(path, "cannot be written", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
}

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
    if (errno != EEXIST) fail(path, "cannot be created", errno);
  }
}

}  // namespace

MappedFile::MappedFile(std::filesystem::path path) : path_(std::move(path)) {
  // Without O_NONBLOCK a pipe would wait for its writer before it could be refused.
  const FileHandle handle = open_file(path_, O_RDONLY | O_NONBLOCK, "cannot be opened");
  struct stat status {};
  if (::fstat(handle.descriptor(), &status) != 0) fail(path_, "cannot be examined", errno);
  if (S_ISDIR(status.st_mode)) fail(path_, "cannot be read", EISDIR);
  if (!S_ISREG(status.st_mode)) throw IoError(path_.string() + ": not a regular file");
  if (status.st_size == 0) return;
  const auto size = static_cast<std::size_t>(status.st_size);
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, handle.descriptor(), 0);
  if (data == MAP_FAILED) fail(path_, "cannot be mapped", errno);
  bytes_ = {static_cast<const std::byte*>(data), size};
}

MappedFile::~MappedFile() {
  if (!bytes_.empty()) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

void MappedFile::release(std::span<const std::byte> bytes) const noexcept {
  if (bytes.empty()) return;
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(bytes.data()) / page * page;
  const auto end = reinterpret_cast<std::uintptr_t>(bytes.data() + bytes.size());
  ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)), bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

FileHandle::~FileHandle() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

FileHandle::FileHandle(FileHandle&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileHandle& FileHandle::operator=(FileHandle&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

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
    if (count < 0) fail(path_, "cannot be written", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
    offset += count;
  }
}

void AtomicFile::commit() {
  if (!handle_) throw IoError(path_.string() + ": committed twice");
  flush();
  if (retry([&] { return ::fsync(handle_.descriptor()); }) != 0)
    fail(path_, "cannot be flushed to the disk", errno);
  handle_ = FileHandle();
  if (::rename(temporary_.c_str(), path_.c_str()) != 0)
    fail(path_, "cannot be put in place", errno);
  temporary_.clear();
  sync_folder(folder_of(path_));
}

AppendFile::AppendFile(std::filesystem::path path, Mode mode) : path_(std::move(path)) {
  const int flags = mode == Mode::create_new ? O_EXCL : mode == Mode::replace ? O_TRUNC : 0;
  handle_ = open_file(path_, O_WRONLY | O_CREAT | O_APPEND | flags, "cannot be opened for writing");
}

void AppendFile::write(std::span<const std::byte> bytes) { write_all(handle_, bytes, path_); }

std::string read_file(const std::filesystem::path& path) {
  const FileHandle handle = open_file(path, O_RDONLY, "cannot be opened");
  std::string text;
  std::vector<char> piece(buffer_size);
  while (true) {
    const auto count =
        retry([&] { return ::read(handle.descriptor(), piece.data(), piece.size()); });
    if (count < 0) fail(path, "cannot be read", errno);
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
    fail(folder, "cannot be flushed to the disk", errno);
}

void make_folders(const std::filesystem::path& folder) {
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code) fail(folder, "the folder cannot be made", code.value());
}

}  // namespace electra
