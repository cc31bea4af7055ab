#include "electra/core/mapped_file.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "electra/core/error.h"
#include "electra/core/file.h"
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
