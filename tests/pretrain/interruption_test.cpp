#include <atomic>
#include <catch2/catch.hpp>

#include "electra/core/file.h"
#include "pretrain/run_contents.h"
#include "pretrain/tiny_run.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace fs = std::filesystem;

TEST_CASE("an evaluation that was broken off is made up for by the resume", "[pretraining][law]") {
  const Index step = GENERATE(0, 6, 12);  // the first, one on the way, the last
  TinyRun whole, stopped;
  whole.run();
  std::atomic<Index> taken = 0;
  std::atomic<int> asked = 0;
  stopped.callbacks.stepped = [&](Index steps) { taken = steps; };
  std::atomic<bool> introduced = false;
  stopped.callbacks.say = [&](const std::string& text) {
    if (text.find("warm-up") != std::string::npos) introduced = true;
  };
  stopped.callbacks.stop_requested = [&] { return introduced && taken == step && ++asked > 1; };
  const RunResult first = stopped.run();
  CHECK(first.end == RunResult::End::interrupted);
  CHECK(first.step == step);
  CHECK_FALSE(fs::exists(stopped.out().discriminator()));
  CHECK(log_lines(stopped.out()).back().at("reason") == "interrupted");
  stopped.do_not_stop();
  CHECK(stopped.resume().end == RunResult::End::finished);
  check_same_end(whole.out(), stopped.out());
}

TEST_CASE("a run that was stopped before its first checkpoint begins again when it is resumed",
          "[pretraining][law]") {
  TinyRun whole, stopped;
  whole.run();
  SECTION("while it prepared its data") {
    stopped.callbacks.stop_requested = [&] { return fs::exists(stopped.out().config()); };
    const RunResult first = stopped.run();
    CHECK(first.end == RunResult::End::interrupted);
    CHECK(first.step == 0);
    CHECK(checkpoints_of(stopped.out()).empty());
  }
  SECTION("by an error in its steps") {
    stopped.callbacks.stepped = [](Index step) {
      if (step == 3) throw IoError("no space left");
    };
    CHECK_THROWS_AS(stopped.run(), IoError);
    CHECK(checkpoints_of(stopped.out()).empty());
  }
  stopped.do_not_stop();
  std::string said;
  stopped.callbacks.say = [&](const std::string& text) { said += text + "\n"; };
  CHECK(stopped.resume().end == RunResult::End::finished);
  CHECK_THAT(said, Contains("it begins again at step 0"));
  check_same_end(whole.out(), stopped.out());
}

TEST_CASE(
    "a folder that lost its checkpoints but has what a finished run exports is not begun again",
    "[pretraining]") {
  TinyRun run;
  run.run();
  fs::remove_all(run.out().checkpoints());
  const std::string log = read_file(run.out().log());
  CHECK_THAT(message_of<IoError>([&] { run.resume(); }), Contains("no complete checkpoint"));
  CHECK(read_file(run.out().log()) == log);
}

TEST_CASE("of two starts and two resumes at once exactly one goes on", "[pretraining][threads]") {
  TinyRun first;
  const Start start = GENERATE(Start::fresh, Start::resume);
  if (start == Start::resume) {
    first.stop_after(3);
    first.run();
    first.do_not_stop();
    first.options.start = Start::resume;
  }
  std::atomic<bool> refused = false;
  first.callbacks.evaluated = [&](Index, const FigureValues&) {  // the other comes meanwhile
    CHECK_THAT(message_of<ConfigError>([&] { (void)pretrain(first.options); }),
               Contains("another run is at work in this folder"));
    refused = true;
  };
  CHECK(first.run().end == RunResult::End::finished);
  CHECK(refused);
  CHECK_FALSE(fs::exists(first.options.out / "run.lock"));
}
