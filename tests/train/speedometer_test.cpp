#include "electra/train/speedometer.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

using namespace electra;
using Catch::Matchers::WithinRel;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

TEST_CASE("nothing is fast before the first step", "[run][law]") {
  const Speedometer speed;
  CHECK(speed.milliseconds() == 0);
  CHECK(speed.tokens_per_second() == 0);
  CHECK(speed.padded_per_second() == 0);
}

TEST_CASE("a step lasts from the last one to its end", "[run][law]") {
  const auto began = Clock::now();
  Speedometer speed;
  std::this_thread::sleep_for(milliseconds(20));
  speed.add(300, 400);
  const std::chrono::duration<double, std::milli> passed = Clock::now() - began;
  CHECK(speed.milliseconds() >= 20);
  CHECK(speed.milliseconds() <= passed.count());
  CHECK_THAT(speed.tokens_per_second(), WithinRel(300 / (speed.milliseconds() / 1e3), 1e-12));
  CHECK_THAT(speed.padded_per_second(), WithinRel(400 / (speed.milliseconds() / 1e3), 1e-12));
}

TEST_CASE("a pause is no part of a step", "[run][law]") {
  const auto began = Clock::now();
  Speedometer speed;
  std::this_thread::sleep_for(milliseconds(50));
  speed.pause();
  speed.add(1, 1);
  const std::chrono::duration<double, std::milli> passed = Clock::now() - began;
  CHECK(speed.milliseconds() <= passed.count() - 50);
}

TEST_CASE("one step that stalls does not change the speed of the others", "[run][law]") {
  const auto began = Clock::now();
  Speedometer speed;
  for (int step = 0; step < 4; ++step) speed.add(1, 1);
  std::this_thread::sleep_for(milliseconds(50));
  speed.add(1, 1);
  const std::chrono::duration<double, std::milli> passed = Clock::now() - began;
  // Three of the five steps last at least the median, and two of them are not that of 50 ms.
  CHECK(speed.milliseconds() <= (passed.count() - 50) / 2);
}
