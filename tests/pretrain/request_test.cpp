#include "electra/pretrain/request.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/io/config.h"
#include "electra/pretrain/presets.h"
#include "electra/pretrain/resumption.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;
using electra::test::message_of;
using electra::test::TemporaryFolder;

namespace {

/// A folder with a run that a request has begun: minutes then made it this long.
class Begun {
 public:
  explicit Begun(const PretrainRequest& request, std::optional<Index> by_minutes = {}) {
    RunOrigin origin{.asked = configuration_of(request), .preset = preset_of(request)};
    if (origin.preset.empty()) origin.preset = default_preset;
    origin.used = origin.asked;
    origin.used.vocabulary.size = 77;
    if (by_minutes) {
      origin.used.train.steps = *by_minutes;
      origin.used.schedule.warmup = *by_minutes / 5;
    }
    write_file(folder.config(), config_to_json(origin.used));
    CheckpointWriter(folder.checkpoints(), 3).commit(state_of(origin), 9);
    used = origin.used;
  }

  [[nodiscard]] Resumption resume(const PretrainRequest& request, bool minutes = false) const {
    return resume_with(origin_of(folder), {.config = resumed_configuration_of(request, folder),
                                           .preset = preset_of(request),
                                           .minutes = minutes});
  }
  [[nodiscard]] std::string refusal(const PretrainRequest& request) const {
    return message_of<ConfigError>([&] { (void)resume(request); });
  }
  void forget_origin() const { CheckpointWriter(folder.checkpoints(), 3).commit({}, 9); }

  TemporaryFolder temporary;
  RunFolder folder{temporary.path(), {}, {}};
  PretrainConfig used;
};

class ConfigFile {
 public:
  explicit ConfigFile(const std::string& json) { write_file(path(), json); }
  [[nodiscard]] std::filesystem::path path() const { return folder_ / "c.json"; }

 private:
  TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("values come from preset, file, seed, steps and assignments, the later over the earlier",
          "[request]") {
  const ConfigFile file(R"({"preset": "mini", "seed": 5, "train": {"steps": 1000}})");
  PretrainRequest request{.config_file = file.path()};
  CHECK(preset_of(request) == "mini");
  CHECK(configuration_of(request).seed == 5);
  CHECK(configuration_of(request).schedule.warmup == 800);
  request.steps = 500;
  request.seed = 6;
  request.assignments = {"preset=mini", "seed=7"};
  CHECK(configuration_of(request).schedule.warmup == 400);
  CHECK(configuration_of(request).seed == 7);
  request.preset = "tiny";
  CHECK_THROWS_WITH(configuration_of(request), Contains("found tiny and mini"));
  CHECK(config_hash(configuration_of({})) == config_hash(pretrain_preset("tiny")));
  CHECK_THROWS_WITH(configuration_of({.steps = -5}), "--steps: expected 0 or more, found -5");
}

TEST_CASE("the same request goes on with the same run", "[request][law]") {
  const ConfigFile file(
      R"({"preset": "mini", "schedule": {"warmup": 300}, "evaluate": {"every": 200},
          "train": {"steps": 1000}, "log": {"every": 50}})");
  const std::vector<PretrainRequest> requests{
      {},
      {.preset = "tiny"},
      {.seed = 1},
      {.preset = "mini", .corpus = "here", .seed = 9, .steps = 60},
      {.config_file = file.path()},
      {.config_file = file.path(), .steps = 500},
      {.config_file = file.path(), .steps = 500, .assignments = {"schedule.warmup=7"}},
      {.steps = 60, .assignments = {"vocabulary.size=200", "data.length=16", "preset=tiny"}},
      {.assignments = {"train.steps=700", "model={\"hidden\": 64, \"heads\": 1}"}},
  };
  for (std::size_t i = 0; i < requests.size(); ++i)
    for (const bool minutes : {false, true}) {
      INFO(i << (minutes ? " with minutes" : ""));
      const Begun run(requests[i], minutes ? std::optional<Index>(400) : std::nullopt);
      const Resumption resumption = run.resume(requests[i], minutes);
      CHECK(config_hash(resumption.config) == config_hash(run.used));
      CHECK(resumption.remarks.size() == (minutes ? 1 : 0));
      CHECK(config_hash(run.resume({}).config) == config_hash(run.used));
    }
}

TEST_CASE("steps of a resume are train.steps alone", "[request][law]") {
  const ConfigFile file(R"({"schedule": {"warmup": 300}, "train": {"steps": 1000}})");
  PretrainRequest request{.config_file = file.path(), .steps = 500};
  const Begun run(request);
  PretrainConfig expected = run.used;
  expected.train.steps = 800;
  CHECK(config_hash(run.resume({.steps = 800}).config) == config_hash(expected));
  request.steps = 800;
  CHECK(config_hash(run.resume(request).config) == config_hash(expected));
}

TEST_CASE("steps that were asked for and that minutes changed can be asked for again",
          "[request]") {
  const Begun run({.steps = 500}, 400);
  CHECK(run.resume({.steps = 500}).config.train.steps == 500);
  CHECK(run.resume({.steps = 500}, true).config.train.steps == 400);
}

TEST_CASE("what a resume names otherwise is refused with both values", "[request][law]") {
  const ConfigFile file(R"({"masking": {"share": 0.3}})"), mini(R"({"preset": "mini"})");
  const Begun run({.seed = 4, .steps = 60});
  CHECK_THAT(run.refusal({.preset = "mini"}), Contains("preset: tiny before, mini now"));
  CHECK_THAT(run.refusal({.config_file = mini.path()}), Contains("preset: tiny before, mini now"));
  CHECK_THAT(run.refusal({.assignments = {"preset=mini"}}), Contains("preset: tiny before, mini"));
  CHECK_THAT(run.refusal({.seed = 1}), Contains("seed: 4 before, 1 now"));
  CHECK_THAT(run.refusal({.assignments = {"seed=1"}}), Contains("seed: 4 before, 1 now"));
  CHECK_THAT(run.refusal({.config_file = file.path()}),
             Contains("masking.share: 0.15 before, 0.3 now"));
  CHECK_THAT(run.refusal({.assignments = {"data.held_out=0.3", "train.batch=4"}}),
             Contains("train.batch: 32 before, 4 now; data.held_out: 0.05 before, 0.3 now"));
  // The preset's own value, where the run has another: it is named, so it is meant.
  CHECK_THAT(run.refusal({.assignments = {"schedule.warmup=600"}}),
             Contains("schedule.warmup: 4 before, 600 now"));
}

TEST_CASE("a configuration that was edited in the folder is found", "[request][law]") {
  const Begun run({});
  PretrainConfig edited = run.used;
  edited.sampling.temperature = 2;
  write_file(run.folder.config(), config_to_json(edited));
  CHECK_THAT(run.refusal({}), Contains("sampling.temperature: 1.0 before, 2.0 now"));
}

TEST_CASE("a checkpoint that does not know its origin is compared with the folder's configuration",
          "[request]") {
  const Begun run({.steps = 60});
  run.forget_origin();
  CHECK(config_hash(run.resume({}).config) == config_hash(run.used));
  CHECK(config_hash(run.resume({.preset = "tiny", .steps = 60}).config) == config_hash(run.used));
  CHECK_THAT(run.refusal({.preset = "mini"}), Contains("model.hidden: 128 before, 256 now"));
  CHECK_THAT(run.refusal({.seed = 7}), Contains("seed: 1 before, 7 now"));
}
