#include "electra/core/file.h"

#include <catch2/catch.hpp>
#include <string>

#include "electra/core/error.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;
using electra::test::message_of;
using electra::test::TemporaryFolder;

TEST_CASE("folders are made with those above them", "[file]") {
  const TemporaryFolder folder;
  make_folders(folder / "a/b/c");
  make_folders(folder / "a/b/c");
  CHECK(std::filesystem::is_directory(folder / "a/b/c"));
  write_file(folder / "file", "x");
  CHECK_THAT(message_of<IoError>([&] { make_folders(folder / "file/b"); }), Contains("file/b"));
}
