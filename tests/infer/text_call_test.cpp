#include "infer/text_call.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "electra/models/heads.h"
#include "infer/saved_detector.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;

TEST_CASE("the windows of a text answer for each of its rows once, in order", "[text_call][law]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const Engine engine(folder.path(), head_kind("replaced_token"), {.threads = 1});
  std::string text;
  for (int tokens = 0; tokens < 40; ++tokens) {
    const TextCall call({engine, LongText::windows, engine.limit()}, text);
    Index next = 0;
    for (const CallWindow& window : call.windows()) {
      const auto [from, to] = window.answered_rows();
      CHECK(from == next);
      CHECK(from >= window.window.begin);
      CHECK(to <= window.window.end + 2);
      CHECK(std::ssize(call.ids_of(window)) == window.window.end - window.window.begin + 2);
      next = to;
    }
    CHECK(next == tokens + 2);
    CHECK(std::ssize(call.ids_of(call.texts()[0])) == next);
    text += "ship ";
  }
}

TEST_CASE("a call knows whose window an answer is", "[text_call]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const Engine engine(folder.path(), head_kind("replaced_token"), {.threads = 1});
  const std::vector<std::string> texts{"the the the the the the the the", "", "ship"};
  const TextCall call({engine, LongText::windows, engine.limit()}, texts);
  CHECK(call.texts()[2].name == "text 2");
  CHECK(call.texts()[2].text == "ship");
  std::vector<std::size_t> rows(3);
  call.run([&](const CallWindow& window, std::span<const float> answer) {
    CHECK(answer.size() == call.ids_of(window).size());
    const auto [from, to] = window.answered_rows();
    rows[window.text] += static_cast<std::size_t>(to - from);
  });
  CHECK(rows == std::vector<std::size_t>{10, 2, 3});
}
