#include "electra/core/folder_lock.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <thread>
#include <vector>

#include "core/lock_claim.h"
#include "electra/core/error.h"
#include "electra/core/file.h"
#include "support/temporary_folder.h"

namespace electra {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using Options = FolderLock::Options;

/// As another machine sees the folder, whose locks it may not see.
Options from_elsewhere(bool system_locks = true) {
  return {.beat = 20ms, .machine = "another", .system_locks = system_locks};
}

/// What a process of this claim leaves when it dies.
void leave(const fs::path& folder, const LockClaim& claim) {
  make_folders(folder);
  write_file(folder / "run.lock", to_text(claim));
}

/// A process that takes the lock, says so, and is then killed or left alone.
pid_t hold_in_child(const fs::path& folder, const fs::path& sign) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  try {
    const FolderLock lock(folder);
    write_file(sign, "taken");
    while (true) std::this_thread::sleep_for(1s);
  } catch (...) {
    ::_exit(1);
  }
}

TEST_CASE("a folder has one holder at a time, which the refusal names", "[folder_lock]") {
  const test::TemporaryFolder folder;
  std::optional<FolderLock> first(folder.path());
  for (const Options& other : {Options{}, from_elsewhere(), Options{.system_locks = false}}) {
    CHECK_THROWS_AS(FolderLock(folder.path(), other), ConfigError);
    CHECK_THROWS_WITH(FolderLock(folder.path(), other),
                      Contains("another run is at work in this folder") &&
                          Contains("process " + std::to_string(::getpid())));
  }
  first.reset();
  CHECK(fs::is_empty(folder.path()));
  CHECK_NOTHROW(FolderLock(folder.path()));
}

TEST_CASE("where the file system has no locks, a live holder is told by its beats",
          "[folder_lock]") {
  const test::TemporaryFolder folder;
  const FolderLock first(folder.path(), {.beat = 20ms, .system_locks = false});
  CHECK_THROWS_WITH(FolderLock(folder.path(), from_elsewhere(false)),
                    Contains("another run is at work"));
}

TEST_CASE("of many that come at once exactly one gets in", "[folder_lock][threads]") {
  const test::TemporaryFolder folder;
  const bool system_locks = GENERATE(true, false);
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> in = 0, refused = 0;
    std::atomic<bool> all_came = false;
    std::vector<std::thread> runs;
    for (int i = 0; i < 4; ++i)
      runs.emplace_back([&] {
        try {
          const FolderLock lock(folder.path(), {.beat = 20ms, .system_locks = system_locks});
          ++in;
          while (!all_came) std::this_thread::sleep_for(1ms);
        } catch (const ConfigError&) {
          ++refused;
        }
      });
    while (in + refused < 4) std::this_thread::sleep_for(1ms);
    all_came = true;
    for (std::thread& run : runs) run.join();
    CHECK(in == 1);
    CHECK(refused == 3);
    CHECK(fs::is_empty(folder.path()));
  }
}

TEST_CASE("what a killed process has left is taken over at once", "[folder_lock]") {
  const test::TemporaryFolder folder;
  const pid_t child = hold_in_child(folder / "run", folder / "sign");
  REQUIRE(child > 0);
  while (!fs::exists(folder / "sign")) std::this_thread::sleep_for(1ms);
  CHECK_THROWS_WITH(FolderLock(folder / "run"),
                    Contains("process " + std::to_string(child) + " on "));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK(fs::exists(folder / "run/run.lock"));
  std::string said;
  CHECK_NOTHROW(
      FolderLock(folder / "run", {.say = [&](const std::string& text) { said += text; }}));
  CHECK(said.empty());
}

TEST_CASE("what another machine has left is taken over when it gives no sign of life",
          "[folder_lock]") {
  const test::TemporaryFolder folder;
  leave(folder / "run", own_claim("a machine that is gone"));
  std::string said;
  Options options{.beat = 20ms, .say = [&](const std::string& text) { said += text; }};
  CHECK_NOTHROW(FolderLock(folder / "run", options));
  CHECK_THAT(said, Contains("run.lock: left by process") && Contains("waiting for 0.08 s"));
  leave(folder / "run", own_claim("a machine that is gone"));
  options.stop = [] { return true; };
  CHECK_THROWS_AS(FolderLock(folder / "run", options), Interrupted);
  CHECK(fs::exists(folder / "run/run.lock"));
}

TEST_CASE("folders that were made for the lock go with it, but not what came into them",
          "[folder_lock]") {
  const test::TemporaryFolder folder;
  { const FolderLock lock(folder / "a/b/c"); }
  CHECK(fs::is_empty(folder.path()));
  {
    const FolderLock lock(folder / "a/b/c");
    write_file(folder / "a/b/log", "a line");
  }
  CHECK(read_file(folder / "a/b/log") == "a line");
  CHECK_FALSE(fs::exists(folder / "a/b/c"));
}

TEST_CASE("a file of somebody else's with that name stays as it is", "[folder_lock]") {
  const test::TemporaryFolder folder;
  write_file(folder / "run.lock", "somebody's notes");
  CHECK_THROWS_WITH(FolderLock(folder.path()), Contains("run.lock: expected the lock of a run"));
  CHECK(read_file(folder / "run.lock") == "somebody's notes");
}

}  // namespace
}  // namespace electra
