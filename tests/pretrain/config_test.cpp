#include "electra/pretrain/config.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"

using namespace electra;
using Catch::Matchers::Contains;

TEST_CASE("a warm-up beyond the run is refused, with the remedy", "[config]") {
  PretrainConfig config;
  config.train.steps = 300;
  CHECK_THROWS_WITH(check(config), Contains("schedule.warmup: expected at most train.steps = 300, "
                                            "found 10000") &&
                                       Contains("never reach its peak") &&
                                       Contains("schedule.warmup to a tenth"));
  config.schedule.warmup = 300;
  CHECK_NOTHROW(check(config));
}
