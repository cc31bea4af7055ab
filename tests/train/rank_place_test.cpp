#include "train/rank_place.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "support/temporary_folder.h"

using namespace electra;

TEST_CASE("one process alone has the device of its configuration, and no other ranks",
          "[rank_place]") {
  const test::TemporaryFolder folder;
  RunConfig config;
  config.device = "cpu";
  config.threads = 1;
  const RankPlace place(Launch{}, config, folder / "ranks", {});
  CHECK(place.context().device().type == DeviceType::cpu);
  CHECK(place.ranks().size() == 1);
  CHECK(place.run([] { return 7; }) == 7);
  CHECK_THROWS_WITH(place.run([]() -> int { throw IoError("the reason"); }), "the reason");
}

TEST_CASE("only one of several ranks that was asked to stop has ended by being stopped",
          "[rank_place]") {
  Launch alone, one_of_two;
  one_of_two.size = 2;
  const StopRequest asked = [] { return true; }, not_asked = [] { return false; };
  CHECK(ended_while_stopping(one_of_two, asked));
  CHECK_FALSE(ended_while_stopping(one_of_two, not_asked));
  CHECK_FALSE(ended_while_stopping(one_of_two, {}));
  CHECK_FALSE(ended_while_stopping(alone, asked));
}
