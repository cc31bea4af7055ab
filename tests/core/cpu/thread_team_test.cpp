#include "core/cpu/thread_team.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace electra {
namespace {

/// How often each of some pieces was done.
struct Tally {
  std::array<std::atomic<int>, 8> done{};
  void operator()(int piece) { ++done[static_cast<std::size_t>(piece)]; }
};

void run(ThreadTeam& team, int pieces, Tally& tally) {
  const auto body = [&](int piece) { tally(piece); };
  team.run(pieces, Pieces(body));
}

}  // namespace

TEST_CASE("a team does each piece once, however many there are and whether it sleeps or not",
          "[core][thread_team]") {
  ThreadTeam team;
  Tally tally;
  std::array<int, 8> expected{};
  for (int turn = 0; turn < 400; ++turn) {
    const int pieces = 1 + turn * 5 % 8;
    if (turn % 40 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    run(team, pieces, tally);
    for (int piece = 0; piece < pieces; ++piece) ++expected[static_cast<std::size_t>(piece)];
    for (std::size_t piece = 0; piece < 8; ++piece) REQUIRE(tally.done[piece] == expected[piece]);
  }
}

TEST_CASE("pieces are done at once, on as many threads", "[core][thread_team]") {
  ThreadTeam team;
  for (int turn = 0; turn < 20; ++turn) {
    std::atomic<int> begun = 0;
    std::array<std::thread::id, 3> by;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    const auto body = [&](int piece) {  // goes on once all have begun
      by[static_cast<std::size_t>(piece)] = std::this_thread::get_id();
      for (++begun; begun < 3 && std::chrono::steady_clock::now() < end;) std::this_thread::yield();
    };
    team.run(3, Pieces(body));
    REQUIRE(begun == 3);
    CHECK((by[0] != by[1] && by[1] != by[2] && by[0] != by[2]));
    CHECK(std::ranges::count(by, std::this_thread::get_id()) == 1);
  }
}

TEST_CASE("a team throws what a piece threw, once all are done, and works on",
          "[core][thread_team]") {
  ThreadTeam team;
  const int failing = GENERATE(0, 2);
  std::atomic<int> done = 0;
  const auto fails = [&](int piece) {
    ++done;
    if (piece == failing) throw std::runtime_error("piece");
  };
  CHECK_THROWS_WITH(team.run(4, Pieces(fails)), "piece");
  CHECK(done == 4);
  Tally tally;
  run(team, 4, tally);
  for (std::size_t piece = 0; piece < 4; ++piece) CHECK(tally.done[piece] == 1);
}

}  // namespace electra
