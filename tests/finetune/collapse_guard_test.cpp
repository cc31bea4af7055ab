#include "finetune/collapse_guard.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

using namespace electra;
using Catch::Contains;

namespace {

/// Sees a line every so many steps, up to a step.
void see_lines(CollapseGuard& guard, Index every, Index last, std::optional<double> loss) {
  for (Index step = every; step <= last; step += every) guard.see(step, loss);
}

/// The first step with a verdict on a run whose loss never falls; 0: none.
Index step_of_verdict(Index steps, Index every) {
  CollapseGuard guard(1, steps);
  for (Index step = every; step <= steps; step += every) {
    guard.see(step, 1.0);
    if (!guard.verdict().empty()) return step;
  }
  return 0;
}

}  // namespace

TEST_CASE("a run is judged a third of the way, by a twentieth of its steps", "[collapse_guard]") {
  CHECK(step_of_verdict(6000, 1) == 2000);
  CHECK(step_of_verdict(6000, 300) == 2100);  // the line that begins at 1800 ends there
  CHECK(step_of_verdict(900, 45) == 300 + 15);
}

TEST_CASE("a short run is judged later, by 32 steps, and one that is shorter never",
          "[collapse_guard]") {
  CHECK(step_of_verdict(90, 1) == 30 - 4 + 32);
  CHECK(step_of_verdict(40, 1) == 0);
  CHECK(step_of_verdict(20, 1) == 0);
  CHECK(step_of_verdict(1, 1) == 0);
}

TEST_CASE("a run too short for that is judged at its end if its examples have many answers",
          "[collapse_guard]") {
  const auto verdict = [](double answers, double loss) {
    CollapseGuard guard(1, 20, 32, answers);
    for (Index step = 1; step <= 20; ++step) {
      CHECK(guard.verdict().empty());
      guard.see(step, loss);
    }
    return guard.verdict();
  };
  CHECK_THAT(verdict(3, 1),
             Contains("up to step 20 of 20 the loss of the last 15 steps is 1.0000"));
  CHECK(verdict(3, 0.9).empty());
  CHECK(verdict(2, 1).empty());  // 15 steps of 64 answers are fewer than 1,024
}

TEST_CASE("learned is what is below 99 % of the constant answer's loss in the window",
          "[collapse_guard]") {
  const auto verdict = [](double before, double in_window) {
    CollapseGuard guard(2, 600);
    for (Index step = 10; step <= 600; step += 10)
      guard.see(step, step <= 170 ? before : in_window);
    return guard.verdict();
  };
  CHECK(verdict(5, 1.97).empty());
  CHECK_FALSE(verdict(5, 1.99).empty());
  CHECK_FALSE(verdict(0.1, 1.99).empty());  // what was before the window does not count
  CHECK_THAT(verdict(5, 2.5), Contains("nothing was learned: up to step") && Contains("of 600") &&
                                  Contains("2.5000") && Contains("always the same 2.0000"));
}

TEST_CASE("the window's mean is over steps, however they are parted into lines",
          "[collapse_guard]") {
  CollapseGuard learned(1, 600), not_learned(1, 600);
  for (CollapseGuard* guard : {&learned, &not_learned}) guard->see(170, 9.0);
  learned.see(171, 1.2);  // one step of 32
  learned.see(202, 0.9);
  CHECK(learned.verdict().empty());
  not_learned.see(201, 1.2);  // 31 of 32
  not_learned.see(202, 0.1);
  CHECK_FALSE(not_learned.verdict().empty());
}

TEST_CASE("a run is judged once: what comes later changes nothing", "[collapse_guard]") {
  CollapseGuard good(1, 600), bad(1, 600);
  for (Index step = 10; step <= 600; step += 10) {
    good.see(step, step <= 300 ? 0.5 : 7.0);
    bad.see(step, step <= 300 ? 1.0 : 0.1);
  }
  CHECK(good.verdict().empty());
  CHECK_FALSE(bad.verdict().empty());
}

TEST_CASE("a run that is gone on with gets the verdict of one that never stopped, by its log",
          "[collapse_guard][law]") {
  for (const Index stopped : {50, 180, 190, 200}) {
    CAPTURE(stopped);
    const auto loss = [](Index step) { return step <= 185 ? 1.5 : 0.8; };
    CollapseGuard whole(1, 600), first(1, 600), second(1, 600);
    for (Index step = 10; step <= 600; step += 10) whole.see(step, loss(step));
    for (Index step = 10; step <= stopped; step += 10) first.see(step, loss(step));
    for (Index step = 10; step <= stopped; step += 10) second.see(step, loss(step));  // the log
    for (Index step = stopped + 10; step <= 600; step += 10) second.see(step, loss(step));
    CHECK(second.verdict() == whole.verdict());
  }
}

TEST_CASE("a loss that is not known counts neither way, one that is not finite is not learned",
          "[collapse_guard]") {
  CollapseGuard unknown(1, 600);
  see_lines(unknown, 10, 600, std::nullopt);
  CHECK(unknown.verdict().empty());
  CollapseGuard late(1, 600);
  see_lines(late, 10, 250, std::nullopt);
  for (Index step = 260; step <= 300; step += 10) late.see(step, 1.0);
  CHECK_FALSE(late.verdict().empty());
  CollapseGuard broken(1, 600);
  see_lines(broken, 10, 600, std::numeric_limits<double>::quiet_NaN());
  CHECK_THAT(broken.verdict(), Contains("nothing was learned") && Contains("nan"));
}

TEST_CASE("where a constant answer is always right, nothing is left to learn", "[collapse_guard]") {
  CollapseGuard guard(0, 600);
  see_lines(guard, 10, 600, 0.0);
  CHECK(guard.verdict().empty());
}
