#include "electra/core/append_file.h"

#include <catch2/catch.hpp>
#include <string>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;
using electra::test::message_of;
using electra::test::TemporaryFolder;

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
