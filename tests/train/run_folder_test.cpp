#include "electra/train/run_folder.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/pretrain/pretraining.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;

namespace {

namespace fs = std::filesystem;

void put(const fs::path& file) {
  make_folders(file.parent_path());
  write_file(file, "somebody's");
}

}  // namespace

TEST_CASE("a folder in which something has a name that a run writes is refused and left alone",
          "[run_folder]") {
  const std::string name =
      GENERATE("vocab.txt", "train.jsonl", "report.html", "data/corpus.etok", "checkpoints/mine",
               "generator/config.json", "discriminator/model.safetensors", "events.out.tfevents.1");
  const test::TemporaryFolder folder;
  put(folder / name);
  const PretrainFolder run(folder.path());
  CHECK_THROWS_WITH(run.check_free(),
                    Contains("a run would write this") && Contains("no config.resolved.json"));
  CHECK_THROWS_AS(run.begin("{}"), ConfigError);
  CHECK(read_file(folder / name) == "somebody's");
  CHECK_FALSE(fs::exists(run.config()));
}

TEST_CASE("a folder with other files is free, and they stay", "[run_folder]") {
  const test::TemporaryFolder folder;
  put(folder / "notes.txt");
  put(folder / "data/mine.txt");
  const PretrainFolder run(folder.path());
  run.begin("{}");
  CHECK(read_file(run.config()) == "{}\n");
  CHECK(read_file(folder / "notes.txt") == "somebody's");
  CHECK(read_file(folder / "data/mine.txt") == "somebody's");
}

TEST_CASE("a run that ended before its first checkpoint may be begun anew", "[run_folder]") {
  const test::TemporaryFolder folder;
  const PretrainFolder run(folder.path() / "run");
  run.check_free();  // is not there yet
  run.begin("{}");
  for (const fs::path& left : {run.vocabulary(), run.tokens(), run.log()}) put(left);
  put(run.root / "notes.txt");
  put(run.generator() / "config.json");  // no run without a checkpoint has written it
  run.begin("{ }");
  CHECK_FALSE(fs::exists(run.vocabulary()));
  CHECK_FALSE(fs::exists(run.tokens()));
  CHECK_FALSE(fs::exists(run.log()));
  CHECK(fs::exists(run.root / "notes.txt"));
  CHECK(fs::exists(run.generator() / "config.json"));
  CHECK(read_file(run.config()) == "{ }\n");
}

TEST_CASE("what a new run would remove is no input of it", "[run_folder]") {
  const test::TemporaryFolder folder;
  const PretrainFolder run(folder.path());
  run.begin("{}");
  put(run.vocabulary());
  put(folder / "mine.txt");
  CHECK_THROWS_WITH(run.check_apart(run.vocabulary()), Contains("vocab.txt: a new run"));
  CHECK_NOTHROW(run.check_apart(folder / "mine.txt"));
  CHECK_NOTHROW(run.check_apart(folder / "missing.txt"));
  CHECK_NOTHROW(run.check_apart(""));
}

TEST_CASE("a run with a checkpoint is not begun anew", "[run_folder]") {
  const test::TemporaryFolder folder;
  const PretrainFolder run(folder.path());
  run.begin("{}");
  put(run.checkpoints() / "checkpoint-7" / "state.json");
  CHECK_THROWS_WITH(run.begin("{}"), Contains("there is a run already"));
  CHECK(fs::exists(run.checkpoints() / "checkpoint-7" / "state.json"));
}
