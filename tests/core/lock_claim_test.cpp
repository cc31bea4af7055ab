#include "core/lock_claim.h"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "electra/core/file.h"
#include "support/temporary_folder.h"

namespace electra {
namespace {

TEST_CASE("a claim that is written and read is the same, and shorter ones leave nothing of it") {
  const test::TemporaryFolder folder;
  LockClaim claim = own_claim("a machine");
  claim.beat = 41;
  write_file(folder / "lock", to_text(claim));
  const auto read = read_claim(folder / "lock");
  REQUIRE(read);
  CHECK(read->same_holder(claim));
  CHECK(read->host == claim.host);
  CHECK(read->beat == 41);
  CHECK(read->process == ::getpid());
  claim.machine = "m";
  CHECK(to_text(claim).size() == to_text(*read).size());
}

TEST_CASE("what is no claim is none") {
  const test::TemporaryFolder folder;
  CHECK_FALSE(read_claim(folder / "missing"));
  for (const char* text :
       {"", "\n\n", "somebody's notes", "process=0\n", "process=\n", "machine=a"}) {
    INFO(text);
    write_file(folder / "lock", text);
    CHECK_FALSE(read_claim(folder / "lock"));
  }
}

TEST_CASE("a process is alive as long as the one that made the claim has its number") {
  LockClaim claim = own_claim();
  CHECK(is_alive(claim));
  claim.started += "1";  // the number has come again
  CHECK_FALSE(is_alive(claim));
  claim.started.clear();
  CHECK_FALSE(is_alive(claim));
  LockClaim none = own_claim();
  none.process = 1 << 30;
  CHECK_FALSE(is_alive(none));
}

}  // namespace
}  // namespace electra
