#include "new_folder.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace fs = std::filesystem;

TEST_CASE("a new folder is there whole, or not at all", "[new_folder][law]") {
  const TemporaryFolder folder;
  const fs::path deep = folder.path() / "a" / "b" / "";  // with a separator at its end
  {
    NewFolder made(deep);
    write_file(made.making() / "file", "text");
    CHECK_FALSE(fs::exists(folder.path() / "a" / "b"));
    made.commit();
    CHECK(read_file(deep / "file") == "text");
  }
  CHECK(read_file(deep / "file") == "text");
  {
    const NewFolder given_up(folder / "c");
    write_file(given_up.making() / "file", "text");
  }
  CHECK(folder.count() == 1);
  fs::create_directory(folder / "empty");
  NewFolder replaced(folder / "empty");
  replaced.commit();
  CHECK(folder.count() == 2);
}

TEST_CASE("what is there already is no new folder's place, now or at the end", "[new_folder]") {
  const TemporaryFolder folder;
  write_file(folder / "file", "mine");
  fs::create_symlink(folder / "nowhere", folder / "link");
  for (const char* name : {"file", "link"})
    CHECK_THAT(message_of<ConfigError>([&] { const NewFolder made(folder / name); }),
               Contains((folder / name).string() + ": expected a folder that is not there yet"));
  NewFolder late(folder / "late");
  fs::create_directory(folder / "late");
  write_file(folder / "late" / "file", "another's");
  CHECK_THAT(message_of<IoError>([&] { late.commit(); }), Contains("late"));
  CHECK(read_file(folder / "late" / "file") == "another's");
}
