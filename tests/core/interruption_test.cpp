#include "electra/core/interruption.h"

#include <catch2/catch.hpp>

namespace electra {
namespace {

TEST_CASE("work stops when that is wanted, and goes on when it is not or nobody can want it") {
  CHECK_NOTHROW(stop_if({}));
  CHECK_NOTHROW(stop_if([] { return false; }));
  CHECK_THROWS_AS(stop_if([] { return true; }), Interrupted);
}

}  // namespace
}  // namespace electra
