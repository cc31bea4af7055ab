#include "electra/core/file.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <string>
#include <utility>

#include "electra/core/error.h"
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

TEST_CASE("an atomic file appears at commit, whole, and replaces the old one", "[file][law]") {
  const TemporaryFolder folder;
  write_file(folder / "a", "old");
  const std::string large(3 << 20, 'x');
  {
    AtomicFile file(folder / "a");
    file.write("new ");
    file.write(large);
    file.write(" end");
    CHECK(read_file(folder / "a") == "old");
    CHECK(folder.count() == 2);
    file.commit();
    CHECK(read_file(folder / "a") == "new " + large + " end");
    CHECK_THROWS_AS(file.commit(), IoError);
    CHECK_THROWS_AS(file.write("more"), IoError);
  }
  CHECK(folder.count() == 1);
}

TEST_CASE("an atomic file can write over its beginning", "[file]") {
  const TemporaryFolder folder;
  const auto bytes = [](std::string_view text) { return std::as_bytes(std::span(text)); };
  const std::string large(3 << 20, 'x');
  AtomicFile file(folder / "a");
  file.write("head");
  file.write(large);
  file.overwrite(1, bytes("EA"));
  file.write("tail");
  file.commit();
  CHECK(read_file(folder / "a") == "hEAd" + large + "tail");
  CHECK_THROWS_AS(file.overwrite(0, bytes("x")), IoError);
}

TEST_CASE("an atomic file without commit leaves nothing", "[file][law]") {
  const TemporaryFolder folder;
  {
    AtomicFile first(folder / "a");
    AtomicFile second(folder / "a");
    first.write("text");
    AtomicFile moved(std::move(first));
    moved.write("more");
    CHECK(folder.count() == 2);
  }
  CHECK(folder.count() == 0);
}

TEST_CASE("a file that cannot be written is named with the reason", "[file]") {
  const TemporaryFolder folder;
  CHECK_THAT(message_of<IoError>([&] { write_file(folder / "no/such", "x"); }),
             Contains("no/such") && Contains("No such file"));
  CHECK_THAT(message_of<IoError>([&] { write_file(folder.path() / "", "x"); }),
             Contains("not the name of a file"));
  std::filesystem::create_directory(folder / "taken");
  CHECK_THAT(message_of<IoError>([&] { write_file(folder / "taken", "x"); }),
             Contains("taken") && Contains("directory"));
  CHECK(folder.count() == 1);
}

TEST_CASE("a write that the system refuses is named, and the old file stays", "[file]") {
  const TemporaryFolder folder;
  write_file(folder / "a", "old");
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  rlimit small = before;
  small.rlim_cur = 4096;
  const auto handler = ::signal(SIGXFSZ, SIG_IGN);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  std::string message;
  try {
    write_file(folder / "a", std::string(100'000, 'x'));
  } catch (const IoError& error) {
    message = error.what();
  }
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  ::signal(SIGXFSZ, handler);
  CHECK_THAT(message, Contains((folder / "a").string()) && Contains("File too large"));
  CHECK(read_file(folder / "a") == "old");
  CHECK(folder.count() == 1);
}

TEST_CASE("an append file grows at its end", "[file]") {
  const TemporaryFolder folder;
  {
    AppendFile file(folder / "log", AppendFile::Mode::create_new);
    file.write("one\n");
    CHECK(read_file(folder / "log") == "one\n");
  }
  AppendFile(folder / "log", AppendFile::Mode::append).write("two\n");
  CHECK(read_file(folder / "log") == "one\ntwo\n");
  CHECK_THROWS_AS(AppendFile(folder / "log", AppendFile::Mode::create_new), IoError);
  AppendFile(folder / "log", AppendFile::Mode::replace).write("three\n");
  CHECK(read_file(folder / "log") == "three\n");
  CHECK_THAT(
      message_of<IoError>([] { AppendFile("/dev/full", AppendFile::Mode::append).write("x"); }),
      Contains("/dev/full") && Contains("No space left"));
}

TEST_CASE("folders are made with those above them", "[file]") {
  const TemporaryFolder folder;
  make_folders(folder / "a/b/c");
  make_folders(folder / "a/b/c");
  CHECK(std::filesystem::is_directory(folder / "a/b/c"));
  write_file(folder / "file", "x");
  CHECK_THAT(message_of<IoError>([&] { make_folders(folder / "file/b"); }), Contains("file/b"));
}
