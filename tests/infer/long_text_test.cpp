#include "electra/infer/long_text.h"

#include <catch2/catch.hpp>

using namespace electra;

TEST_CASE("windows answer for every token once, in order, and fit the room", "[long_text][law]") {
  for (const Index room : {1, 2, 3, 4, 7, 8, 30})
    for (const Index tokens : {0, 1, 2, 5, 7, 8, 9, 15, 16, 60, 61}) {
      CAPTURE(room, tokens);
      const std::vector<Window> windows = windows_over(tokens, room);
      REQUIRE_FALSE(windows.empty());
      Index next = 0;
      for (const Window& w : windows) {
        CHECK(w.end - w.begin <= room);
        CHECK(w.answers_from == next);
        CHECK(
            (w.begin <= w.answers_from && w.answers_from <= w.answers_to && w.answers_to <= w.end));
        next = w.answers_to;
      }
      CHECK(next == tokens);
      CHECK(windows.front().begin == 0);
      CHECK(windows.back().end == tokens);
    }
}

TEST_CASE("what fits is one window, and neighbours share a quarter of the room", "[long_text]") {
  CHECK(windows_over(8, 8).size() == 1);
  const std::vector<Window> windows = windows_over(20, 8);
  REQUIRE(windows.size() == 3);
  CHECK(windows[1].begin == 6);
  CHECK(windows[1].end == 14);
  CHECK(windows[1].answers_from == 7);
  CHECK(windows[1].answers_to == 13);
}
