#include "electra/core/atomic_file.h"

#include <signal.h>
#include <sys/resource.h>

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
