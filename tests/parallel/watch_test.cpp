#include "parallel/watch.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>

#include "electra/core/error.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

/// Until the watch throws; its message.
std::string ending(const Watch& watch) {
  for (int i = 0; i < 60000; ++i) {
    try {
      watch.check();
    } catch (const TrainingError& error) {
      return error.what();
    }
    std::this_thread::sleep_for(1ms);
  }
  return "";
}

}  // namespace

TEST_CASE("the deadline holds although the transport's own poll hangs", "[watch]") {
  std::promise<void> stopped;
  auto stop = stopped.get_future().share();
  std::atomic<int> stops = 0;
  Watch watch(0, 2, {.deadline = 100ms, .reports = {}},
              {.poll =
                   [stop] {
                     stop.wait();
                     return std::string();
                   },
               .stop =
                   [&] {
                     if (stops++ == 0) stopped.set_value();
                   }});
  watch.begin_step(4);
  (void)watch.enter("all_reduce_sum f32 [8]");
  CHECK_THAT(ending(watch),
             Contains("step 4: all_reduce_sum f32 [8] (call 1) did not end within 0.1 s"));
  CHECK(stop.wait_for(60s) == std::future_status::ready);
}

TEST_CASE("a wait before the first step ends when that is wanted; later ranks stop together",
          "[watch]") {
  std::atomic<bool> wanted = false;
  const RankOptions options{.deadline = 1s, .reports = {}, .stop = [&] { return wanted.load(); }};
  const Watch::Transport none{.poll = [] { return std::string(); }, .stop = [] {}};
  Watch waiting(0, 2, options, none), training(1, 2, options, none);
  training.begin_step(0);
  (void)waiting.enter("barrier");
  (void)training.enter("barrier");
  CHECK_NOTHROW(waiting.check());
  wanted = true;
  CHECK_THAT(ending(waiting), Contains("before step 0: was asked to stop"));
  CHECK_FALSE(training.failed());
}

TEST_CASE("what the transport reports ends the calls long before the deadline", "[watch]") {
  std::atomic<bool> broken = false;
  Watch watch(0, 2, {.deadline = 60s, .reports = {}},
              {.poll = [&] { return std::string(broken ? "a cable is out" : ""); }, .stop = [] {}});
  const auto call = watch.enter("barrier");
  CHECK_NOTHROW(watch.check());
  broken = true;
  CHECK_THAT(ending(watch), Contains("before step 0: a cable is out"));
  CHECK(watch.failed());
  CHECK_THROWS_AS(watch.enter("barrier"), TrainingError);
  watch.complete(call);
}

TEST_CASE("ranks meet under the deadline from the start, other calls from the first step on",
          "[watch]") {
  const TemporaryFolder folder;
  const RankOptions options{.deadline = 50ms, .reports = folder / "ranks"};
  Watch patient(0, 2, options, {.poll = {}, .stop = [] {}});
  (void)patient.enter("broadcast i32 [1]");
  Watch strict(1, 2, {.deadline = 50ms, .reports = {}}, {.poll = {}, .stop = [] {}});
  (void)strict.enter_meeting("join");
  CHECK_THAT(ending(strict), Contains("join (call 1) did not end within 0.05 s") &&
                                 Contains("rank 0: nothing is known of it"));
  CHECK_FALSE(patient.failed());
}

TEST_CASE("the report of an earlier attempt is not taken for a sign of life", "[watch]") {
  const TemporaryFolder folder;
  const RankOptions options{.deadline = 200ms, .reports = folder / "ranks"};
  {
    Watch earlier(1, 2, options, {.poll = {}, .stop = [] {}});
    earlier.begin_step(8);
    earlier.complete(earlier.enter("barrier"));
  }
  std::this_thread::sleep_for(20ms);  // file times may be as coarse as this
  Watch watch(0, 2, options, {.poll = {}, .stop = [] {}});
  (void)watch.enter_meeting("join");
  CHECK_THAT(ending(watch), Contains("rank 1: nothing since this one came; ") &&
                                Contains(" s before: step 8, has left after call 1, barrier"));
}
