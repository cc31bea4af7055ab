#include "electra/pretrain/pretraining.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "electra/core/file.h"
#include "electra/io/config.h"
#include "pretrain/tiny_run.h"

using namespace electra;
using electra::test::TinyRun;

namespace {

namespace fs = std::filesystem;

/// Six steps on a GPU, of which the last are replayed.
struct ShortRun : TinyRun {
  ShortRun() {
    options.config.device = "cuda";
    options.config.data.length = 16;
    options.config.train.steps = 6;
    options.config.evaluate.every = 0;
  }
};

}  // namespace

TEST_CASE("a run on a GPU that was stopped and resumed has the bits of one that never stopped",
          "[cuda][pretraining][law]") {
  ShortRun whole, stopped;
  const RunResult result = whole.run();
  CHECK(result.end == RunResult::End::finished);
  stopped.stop_after(4);
  CHECK(stopped.run().end == RunResult::End::interrupted);
  stopped.do_not_stop();
  stopped.options.config = config_from_file<PretrainConfig>(stopped.out().config());
  const RunResult resumed = stopped.resume();
  CHECK(resumed.end == RunResult::End::finished);
  REQUIRE(result.evaluation.has_value());
  REQUIRE(resumed.evaluation.has_value());
  CHECK((*resumed.evaluation)["loss"] == (*result.evaluation)["loss"]);
  for (const char* file : {"parameters", "moment_1", "moment_2", "metrics"}) {
    INFO(file);
    const std::string name = "checkpoint-6/" + std::string(file) + ".safetensors";
    CHECK((read_file(whole.out().checkpoints() / name) ==
           read_file(stopped.out().checkpoints() / name)));
  }
  CHECK(fs::exists(whole.out().discriminator() / "model.safetensors"));
}
