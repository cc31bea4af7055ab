#include "formats/zip_archive.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "electra/core/error.h"
#include "io/json.h"

namespace electra {

namespace {

constexpr std::uint32_t end_signature = 0x06054b50;
constexpr std::uint32_t locator64_signature = 0x07064b50;
constexpr std::uint32_t end64_signature = 0x06064b50;
constexpr std::uint32_t central_signature = 0x02014b50;
constexpr std::uint32_t local_signature = 0x04034b50;
constexpr std::uint64_t end_size = 22, locator64_size = 20, end64_size = 56;
constexpr std::uint64_t central_size = 46, local_size = 30;
constexpr std::uint32_t in_zip64 = 0xffffffff;

/// Where the central directory is.
struct Directory {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint64_t entries = 0;
};

/// What the central directory says of a file.
struct Record {
  std::string_view name;
  std::uint64_t size = 0, stored = 0, local = 0;
};

class ZipReader {
 public:
  ZipReader(std::span<const std::byte> file, const std::string& origin)
      : file_(file), origin_(origin) {}

  std::vector<ZipEntry> read() {
    directory_ = find_directory();
    if (directory_.entries > directory_.size / central_size)
      fail(std::to_string(directory_.entries) + " files do not fit into a central directory of " +
           std::to_string(directory_.size) + " bytes");
    std::vector<ZipEntry> entries;
    entries.reserve(directory_.entries);
    std::uint64_t at = directory_.offset;
    for (std::uint64_t i = 0; i < directory_.entries; ++i) entries.push_back(read_entry(at));
    check_apart(entries);
    std::ranges::sort(entries, {}, &ZipEntry::name);
    const auto twice = std::ranges::adjacent_find(entries, {}, &ZipEntry::name);
    if (twice != entries.end()) fail(json_string(twice->name) + ": two files of this name");
    return entries;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw IoError(origin_ + ": " + what); }

  [[nodiscard]] std::span<const std::byte> bytes(std::uint64_t offset, std::uint64_t count,
                                                 const std::string& what) const {
    if (offset > file_.size() || count > file_.size() - offset)
      fail(what + ": expected " + std::to_string(count) + " bytes at " + std::to_string(offset) +
           ", beyond the end of the file, which has " + std::to_string(file_.size()));
    return file_.subspan(offset, count);
  }
  template <class T>
  [[nodiscard]] T number(std::uint64_t offset) const {
    T value;
    std::memcpy(&value, bytes(offset, sizeof(T), "zip").data(), sizeof(T));  // little-endian
    return value;
  }
  [[nodiscard]] bool has(std::uint64_t offset, std::uint32_t signature) const {
    return offset <= file_.size() && file_.size() - offset >= 4 &&
           number<std::uint32_t>(offset) == signature;
  }

  /// A comment of up to 65,535 bytes may follow it.
  [[nodiscard]] std::uint64_t find_end() const {
    const std::uint64_t size = file_.size();
    for (std::uint64_t back = end_size; back <= std::min<std::uint64_t>(size, end_size + 65535);
         ++back)
      if (has(size - back, end_signature) &&
          number<std::uint16_t>(size - back + 20) == back - end_size)
        return size - back;
    fail("expected the end of a zip archive, found none: cut off");
  }

  [[nodiscard]] Directory find_directory() const {
    const std::uint64_t end = find_end();
    Directory found{.offset = number<std::uint32_t>(end + 16),
                    .size = number<std::uint32_t>(end + 12),
                    .entries = number<std::uint16_t>(end + 10)};
    if (end >= locator64_size && has(end - locator64_size, locator64_signature)) {
      const auto end64 = number<std::uint64_t>(end - locator64_size + 8);
      (void)bytes(end64, end64_size, "the zip64 end of the central directory");
      if (!has(end64, end64_signature)) fail("expected a zip64 end of the central directory");
      found = {.offset = number<std::uint64_t>(end64 + 48),
               .size = number<std::uint64_t>(end64 + 40),
               .entries = number<std::uint64_t>(end64 + 32)};
    }
    (void)bytes(found.offset, found.size, "the central directory");
    return found;
  }

  /// Sizes that do not fit into 32 bits follow in an extra field, in this order.
  void read_zip64(std::uint64_t at, std::uint64_t end, Record& record) const {
    while (end - at >= 4) {
      const auto id = number<std::uint16_t>(at);
      const std::uint64_t size = number<std::uint16_t>(at + 2);
      at += 4;
      if (size > end - at) break;
      std::uint64_t next = at;
      for (std::uint64_t* value : {&record.size, &record.stored, &record.local})
        if (id == 1 && *value == in_zip64 && next + 8 <= at + size) {
          *value = number<std::uint64_t>(next);
          next += 8;
        }
      at += size;
    }
  }

  [[nodiscard]] std::string_view text(std::uint64_t offset, std::uint64_t count) const {
    return {reinterpret_cast<const char*>(bytes(offset, count, "a name").data()), count};
  }

  /// The entry of the central directory at `at`, which then goes on to the next.
  ZipEntry read_entry(std::uint64_t& at) {
    if (!has(at, central_signature)) fail("expected a file in the central directory");
    (void)bytes(at, central_size, "the central directory");
    const std::uint64_t name = number<std::uint16_t>(at + 28);
    const std::uint64_t extra = number<std::uint16_t>(at + 30);
    const std::uint64_t comment = number<std::uint16_t>(at + 32);
    Record record{.name = text(at + central_size, name),
                  .size = number<std::uint32_t>(at + 24),
                  .stored = number<std::uint32_t>(at + 20),
                  .local = number<std::uint32_t>(at + 42)};
    const std::uint64_t extra_at = at + central_size + name;
    (void)bytes(extra_at, extra, "an extra field");
    read_zip64(extra_at, extra_at + extra, record);
    const std::string what = json_string(record.name);
    if ((number<std::uint16_t>(at + 8) & 1U) != 0) fail(what + ": encrypted");
    if (const auto method = number<std::uint16_t>(at + 10);
        method != 0 || record.size != record.stored)
      fail(what + ": expected a file that is stored as it is, found method " +
           std::to_string(method) + ", " + std::to_string(record.stored) + " bytes for " +
           std::to_string(record.size));
    at = extra_at + extra + comment;
    return {record.name, data_of(record, what)};
  }

  [[nodiscard]] std::span<const std::byte> data_of(const Record& record,
                                                   const std::string& what) const {
    (void)bytes(record.local, local_size, what);
    if (!has(record.local, local_signature)) fail(what + ": expected a file's header");
    const std::uint64_t begin = record.local + local_size +
                                number<std::uint16_t>(record.local + 26) +
                                number<std::uint16_t>(record.local + 28);
    return bytes(begin, record.size, what);
  }

  /// Neither on each other nor on the central directory.
  void check_apart(std::vector<ZipEntry>& entries) const {
    std::ranges::sort(entries, {}, [](const ZipEntry& entry) { return entry.bytes.data(); });
    const std::byte* end = file_.data();
    const std::byte* directory = file_.data() + directory_.offset;
    for (const ZipEntry& entry : entries) {
      if (entry.bytes.empty()) continue;
      if (entry.bytes.data() < end)
        fail(json_string(entry.name) + ": lies where another file lies");
      end = entry.bytes.data() + entry.bytes.size();
      if (end > directory) fail(json_string(entry.name) + ": lies in the central directory");
    }
  }

  std::span<const std::byte> file_;
  const std::string& origin_;
  Directory directory_;
};

}  // namespace

std::vector<ZipEntry> read_zip(std::span<const std::byte> file, const std::string& origin) {
  return ZipReader(file, origin).read();
}

const ZipEntry* find_entry(std::span<const ZipEntry> entries, std::string_view name) {
  const auto found = std::ranges::lower_bound(entries, name, {}, &ZipEntry::name);
  return found == entries.end() || found->name != name ? nullptr : &*found;
}

}  // namespace electra
