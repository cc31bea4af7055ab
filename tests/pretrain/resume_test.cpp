// Whole runs that are resumed with the same or with other options.

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/io/checkpoint.h"
#include "electra/io/config.h"
#include "pretrain/tiny_run.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace fs = std::filesystem;

TEST_CASE("a resume that is refused leaves the run as it was", "[pretraining]") {
  TinyRun run;
  run.options.preset = "tiny";
  run.stop_after(3);
  run.run();
  run.do_not_stop();
  const std::string config = read_file(run.out().config()), log = read_file(run.out().log());
  const PretrainConfig good = run.options.config;
  std::string named;
  SECTION("another width") {
    run.options.config.model.intermediate = 128;
    named = "model.intermediate: 64 before, 128 now";
  }
  SECTION("another precision") {
    run.options.config.precision = Precision::f64;
    named = "precision: \"f32\" before, \"f64\" now";
  }
  SECTION("another seed") {
    run.options.config.seed = 2;
    named = "seed: 1 before, 2 now";
  }
  SECTION("another share of the documents held out") {
    run.options.config.data.held_out = 0.3;
    named = "data.held_out: 0.1 before, 0.3 now";
  }
  SECTION("another preset") {
    run.options.preset = "mini";
    named = "preset: tiny before, mini now";
  }
  SECTION("micro-batches that do not divide the batch") {
    run.options.config.train.micro_batch = 5;
    named = "train.batch";
  }
  SECTION("fewer steps than are taken") {
    run.options.config.train.steps = 2;
    named = "train.steps: expected at least 3";
  }
  CHECK_THAT(message_of<ConfigError>([&] { run.resume(); }), Contains(named));
  CHECK(read_file(run.out().config()) == config);
  CHECK(read_file(run.out().log()) == log);
  CHECK(list_checkpoints(run.out().checkpoints()).size() == 1);
  run.options.preset = "tiny";
  run.options.config = good;
  CHECK(run.resume().step == 12);
}

TEST_CASE("a resume may have other steps: nothing else becomes another", "[pretraining]") {
  TinyRun run;
  run.options.config.schedule.warmup = 4;
  run.stop_after(6);
  run.run();
  run.do_not_stop();
  std::string said;
  run.callbacks.say = [&](const std::string& text) { said += text + "\n"; };
  const PretrainConfig before = config_from_file<PretrainConfig>(run.out().config());
  run.options.config.train.steps = 15;
  CHECK(run.resume().step == 15);
  CHECK_THAT(said, Contains("train.steps 12 -> 15"));
  const auto changed = changed_fields(before, config_from_file<PretrainConfig>(run.out().config()));
  REQUIRE(changed.size() == 1);
  CHECK(changed[0].path == "train.steps");
  CHECK(run.resume().step == 15);  // finished: evaluates and exports again
  run.options.config.train.steps = 17;
  run.options.minutes = 1;
  CHECK(run.resume().step == 17);
  CHECK_THAT(said, Contains("keeps train.steps = 17"));
}

TEST_CASE("a checkpoint says how its run was made, however often it was resumed", "[pretraining]") {
  TinyRun run;
  run.options.preset = "tiny";
  run.options.config.vocabulary.size = 5000;  // more than the corpus gives
  const std::string asked = config_to_json(run.options.config, JsonLayout::compact);
  run.stop_after(3);
  run.run();
  for (const Index more : {0, 1}) {
    const LatestCheckpoint latest = latest_checkpoint(run.out().checkpoints());
    REQUIRE(latest.checkpoint);
    CHECK(latest.checkpoint->text("config_asked") == asked);
    CHECK(latest.checkpoint->text("preset") == "tiny");
    CHECK(
        latest.checkpoint->text("config") + "\n" ==
        config_to_json(config_from_file<PretrainConfig>(run.out().config()), JsonLayout::compact) +
            "\n");
    run.options.config.train.steps = 12 + more;
    run.stop_after(5 + 2 * more);
    CHECK(run.resume().step == 5 + 2 * more);
  }
}

TEST_CASE("minutes chose the steps: the same options with a resume are the same run",
          "[pretraining]") {
  TinyRun run;
  run.options.minutes = 0.02;
  run.options.measured = 0.1;
  run.stop_after(3);
  run.run();
  const std::string config = read_file(run.out().config());
  run.stop_after(5);
  CHECK(run.resume().step == 5);
  CHECK(read_file(run.out().config()) == config);
}

TEST_CASE("a run that continues from other weights is resumed without them", "[pretraining]") {
  TinyRun first, second;
  first.run();
  second.options.config.initialize.generator = first.out().generator().string();
  second.options.config.initialize.discriminator = first.out().discriminator().string();
  second.options.config.model = model_preset("tiny");
  second.stop_after(3);
  second.run();
  second.do_not_stop();
  fs::remove_all(first.out().generator());
  fs::remove_all(first.out().discriminator());
  CHECK(second.resume().step == 12);
}

TEST_CASE("a run is not resumed on another text", "[pretraining]") {
  TinyRun run;
  run.stop_after(3);
  run.run();
  run.do_not_stop();
  const std::string log = read_file(run.out().log());
  std::ofstream(run.options.config.data.corpus, std::ios::app) << "one sentence more .\n";
  CHECK_THAT(message_of<ConfigError>([&] { run.resume(); }),
             Contains("data.corpus") && Contains("another text"));
  CHECK(read_file(run.out().log()) == log);
}
