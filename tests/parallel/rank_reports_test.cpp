#include "parallel/rank_reports.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

using State = RankReport::State;

/// Makes a rank's report older or newer by this much.
void age(const TemporaryFolder& folder, int rank, std::chrono::seconds by) {
  const auto file = folder / ("rank-" + std::to_string(rank));
  std::filesystem::last_write_time(file, std::filesystem::last_write_time(file) + by);
}

}  // namespace

TEST_CASE("a report says in a sentence where its rank is", "[rank_reports]") {
  RankReport r{
      .state = State::inside, .step = 812, .call = 2441, .operation = "barrier", .reason = {}};
  CHECK(to_string(r) == "step 812, in call 2441, barrier");
  r.state = State::between;
  CHECK(to_string(r) == "step 812, after call 2441, barrier");
  r.state = State::left;
  CHECK(to_string(r) == "step 812, has left after call 2441, barrier");
  r.state = State::failed;
  r.reason = "no space";
  CHECK(to_string(r) == "step 812, stopped: no space");
  CHECK(to_string(RankReport{}) == "before step 0, before its first call");
}

TEST_CASE("what a rank writes is what the others read", "[rank_reports][law]") {
  const TemporaryFolder folder;
  const RankReports one(folder / "", 0, 2), two(folder / "", 1, 2);
  const State state = GENERATE(State::inside, State::between, State::failed, State::left);
  const RankReport written{.state = state,
                           .step = 7,
                           .call = 18446744073709551615U,
                           .operation = "all_reduce_sum f32 [8]",
                           .reason = state == State::failed ? "a reason of words" : ""};
  two.write(written);
  CHECK_THAT(one.describe({}), Contains("\n  rank 1: " + to_string(written) + "; last heard of "));
  CHECK_THAT(one.describe({}), Contains("\n  rank 0 (this one): before step 0"));
  CHECK(one.failure_elsewhere().has_value() == (state == State::failed));
  CHECK_FALSE(two.failure_elsewhere());  // its own
}

TEST_CASE("a reason of several lines stays one line of the report", "[rank_reports]") {
  const TemporaryFolder folder;
  const RankReports one(folder / "", 0, 2), two(folder / "", 1, 2);
  two.write({.state = State::failed,
             .step = 1,
             .call = 2,
             .operation = "x",
             .reason = "first\nstate left"});
  CHECK(one.failure_elsewhere() == "rank 1 has stopped: first");
}

TEST_CASE("the reports of an earlier attempt count for nothing", "[rank_reports]") {
  const TemporaryFolder folder;
  const RankReports two(folder / "", 1, 2);
  two.write({.state = State::failed, .step = 1, .call = 2, .operation = "x", .reason = "old"});
  age(folder, 1, -60s);
  const RankReports one(folder / "", 0, 2);
  CHECK_FALSE(one.failure_elsewhere());
  CHECK_THAT(one.describe({}), Contains("rank 1: nothing since this one came; 60") &&
                                   Contains("before: step 1, stopped: old"));
}

TEST_CASE("ranks in different operations of the same call disagree", "[rank_reports]") {
  const TemporaryFolder folder;
  const RankReports one(folder / "", 0, 2), two(folder / "", 1, 2);
  const RankReport own{
      .state = State::inside, .step = 1, .call = 5, .operation = "barrier", .reason = {}};
  RankReport other = own;
  two.write(other);
  CHECK(one.disagreement(own).empty());
  other.operation = "broadcast i32 [1]";
  two.write(other);
  CHECK(one.disagreement(own) == "rank 1 is in broadcast i32 [1]");
  other.call = 6;
  two.write(other);
  CHECK(one.disagreement(own).empty());
  other.call = 5;
  other.state = State::between;
  two.write(other);
  CHECK(one.disagreement(own).empty());
}

TEST_CASE("a damaged report is nothing that is known, and no folder is no report",
          "[rank_reports]") {
  const TemporaryFolder folder;
  const RankReports one(folder / "", 0, 3);
  write_file(folder / "rank-1", "state failed\nstep many\n");
  CHECK_FALSE(one.failure_elsewhere());
  CHECK_THAT(one.describe({}), Contains("rank 1: nothing is known of it") &&
                                   Contains("rank 2: nothing is known of it"));
  const RankReports none({}, 0, 2);
  none.write({});
  CHECK_FALSE(none.failure_elsewhere());
  CHECK(none.disagreement({}).empty());
  CHECK_THAT(none.describe({}), Contains("rank 1: nothing is known of it"));
  write_file(folder / "file", "");
  CHECK_THROWS_AS(RankReports(folder / "file/below", 0, 2), IoError);
}
