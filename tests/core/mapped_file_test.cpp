#include "electra/core/mapped_file.h"

#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/core/peak_memory.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;
using electra::test::message_of;
using electra::test::TemporaryFolder;

TEST_CASE("a mapped file shows the bytes of the file", "[file]") {
  const TemporaryFolder folder;
  write_file(folder / "a", "hello");
  MappedFile file(folder / "a");
  CHECK(file.text() == "hello");
  CHECK(file.path() == folder / "a");

  MappedFile moved(std::move(file));
  CHECK(moved.text() == "hello");
  CHECK(file.bytes().empty());
  MappedFile assigned;
  assigned = std::move(moved);
  CHECK(assigned.text() == "hello");
}

TEST_CASE("bytes of a mapped file are copied, unless it has become shorter", "[file]") {
  const TemporaryFolder folder;
  write_file(folder / "a", "hello, world");
  const MappedFile file(folder / "a");
  std::string copy(5, '?');
  file.copy(file.bytes().subspan(7, 5), std::as_writable_bytes(std::span(copy)));
  CHECK(copy == "world");
  std::filesystem::resize_file(folder / "a", 9);
  CHECK(message_of<IoError>([&] {
          file.copy(file.bytes().subspan(7, 5), std::as_writable_bytes(std::span(copy)));
        }) ==
        (folder / "a").string() + ": expected 12 bytes, as there were when it was opened, found 9");
}

TEST_CASE("an empty file maps to nothing", "[file]") {
  const TemporaryFolder folder;
  write_file(folder / "empty", "");
  CHECK(MappedFile(folder / "empty").bytes().empty());
  CHECK(read_file(folder / "empty").empty());
}

TEST_CASE("what cannot be mapped is named with the reason", "[file]") {
  const TemporaryFolder folder;
  const auto message = [&](const std::filesystem::path& path) {
    return message_of<IoError>([&] { const MappedFile file(path); });
  };
  CHECK_THAT(message(folder / "none"),
             Contains((folder / "none").string()) && Contains("No such file"));
  CHECK_THAT(message(folder.path()), Contains(folder.path().string()) && Contains("directory"));
  CHECK_THAT(message("/dev/null"), Contains("/dev/null: not a regular file"));
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_THAT(message(folder / "pipe"), Contains("not a regular file"));
  CHECK_THAT(message_of<IoError>([&] { (void)read_file(folder / "none"); }),
             Contains("No such file"));
  CHECK_THAT(message_of<IoError>([&] { (void)read_file(folder.path()); }), Contains("directory"));
}

TEST_CASE("what is at hand makes a process no larger when it is read", "[file]") {
  if (::madvise(nullptr, 0, 22) != 0) {  // MADV_POPULATE_READ
    WARN("left out: this system has no MADV_POPULATE_READ (Linux 5.14)");
    return;
  }
  constexpr Index size = Index{16} << 20;
  const TemporaryFolder folder;
  write_file(folder / "large", std::string(size, 'x'));
  const MappedFile file(folder / "large");
  const Index before = resident_memory_bytes();
  have_at_hand(file.bytes());
  const Index at_hand = resident_memory_bytes();
  CHECK(at_hand - before > size - size / 16);
  CHECK(std::ranges::count(file.text(), 'x') == size);
  CHECK(resident_memory_bytes() - at_hand < size / 16);
}
