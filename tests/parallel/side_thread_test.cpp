#include "parallel/side_thread.h"

#include <catch2/catch.hpp>
#include <chrono>

#include "electra/core/error.h"

using namespace electra;
using namespace std::chrono_literals;

TEST_CASE("work on a side thread is done in order, and its errors come out", "[side_thread]") {
  const auto order = std::make_shared<std::string>();
  SideThread side;
  auto first = side.begin([order] { *order += "a"; });
  auto second = side.begin([] { throw IoError("no disk"); });
  auto third = side.begin([order] { *order += "b"; });
  first.get();
  CHECK_THROWS_WITH(second.get(), "no disk");
  third.get();
  CHECK(*order == "ab");
}

TEST_CASE("a side thread that is stuck is left behind", "[side_thread]") {
  const auto gate = std::make_shared<std::promise<void>>();
  const auto done = std::make_shared<std::promise<void>>();
  {
    SideThread side;
    auto stuck = side.begin([gate, done] {
      gate->get_future().wait();
      done->set_value();
    });
    CHECK(stuck.wait_for(10ms) == std::future_status::timeout);
  }
  gate->set_value();
  CHECK(done->get_future().wait_for(60s) == std::future_status::ready);
}
