#include "electra/core/file_handle.h"

#include <fcntl.h>

#include <catch2/catch.hpp>
#include <utility>

namespace electra {
namespace {

bool is_open(int descriptor) { return ::fcntl(descriptor, F_GETFD) != -1; }

TEST_CASE("a file handle closes what it holds, once", "[file]") {
  const int descriptor = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  REQUIRE(descriptor >= 0);
  {
    FileHandle first(descriptor);
    FileHandle second(std::move(first));
    CHECK(second);
    CHECK(second.descriptor() == descriptor);
    FileHandle third;
    CHECK_FALSE(third);
    third = std::move(second);
    CHECK(is_open(descriptor));
  }
  CHECK_FALSE(is_open(descriptor));
}

}  // namespace
}  // namespace electra
