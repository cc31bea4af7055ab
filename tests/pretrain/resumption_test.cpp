#include "electra/pretrain/resumption.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/io/config.h"
#include "electra/pretrain/presets.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;
using electra::test::message_of;
using electra::test::TemporaryFolder;

namespace {

/// A run whose vocabulary and number of steps became others than those asked for.
RunOrigin origin() {
  RunOrigin origin;
  origin.asked = origin.used = pretrain_preset("tiny");
  origin.preset = "tiny";
  origin.used.vocabulary.size = 1500;
  origin.used.train.steps = 700;
  origin.used.schedule.warmup = 140;
  return origin;
}

std::string refusal(const PretrainConfig& now, const std::string& preset = {}) {
  return message_of<ConfigError>(
      [&] { (void)resume_with(origin(), {.config = now, .preset = preset}); });
}

PretrainConfig with(const std::string& assignment) {
  return with_assignment(origin().used, assignment);
}

std::string hash(const PretrainConfig& config) { return config_hash(config); }

}  // namespace

TEST_CASE("the run as it was made, or as it was asked for, goes on as it was made",
          "[resumption][law]") {
  const Resumption same = resume_with(origin(), {.config = origin().used});
  CHECK(hash(same.config) == hash(origin().used));
  CHECK(same.remarks.empty());
  const Resumption asked =
      resume_with(origin(), {.config = origin().asked, .preset = "tiny", .minutes = true});
  CHECK(hash(asked.config) == hash(origin().used));
  REQUIRE(asked.remarks.size() == 1);
  CHECK_THAT(asked.remarks[0], Contains("keeps train.steps = 700"));
}

TEST_CASE("what may change is changed and said", "[resumption][law]") {
  for (const char* assignment :
       {"train.steps=900", "train.micro_batch=4", "device=cpu", "threads=3", "evaluate.every=7",
        "evaluate.batches=2", "checkpoint.every=9", "checkpoint.keep=1", "log.every=3",
        "ranks.deadline=9", "ranks.reduction=bf16"}) {
    INFO(assignment);
    const Resumption changed = resume_with(origin(), {.config = with(assignment)});
    CHECK(hash(changed.config) == hash(with(assignment)));
    REQUIRE(changed.remarks.size() == 1);
    CHECK_THAT(changed.remarks[0],
               Contains(std::string(assignment).substr(0, std::string(assignment).find('='))));
  }
}

TEST_CASE("whatever else differs is refused with both values, field by field",
          "[resumption][law]") {
  RunOrigin before = origin();
  for (const ConfigField& field : fields_of(before.used)) {
    if (std::holds_alternative<PresetName>(field.value) || may_change_on_resume(field.path) ||
        field.path == "data.corpus")
      continue;
    INFO(field.path);
    PretrainConfig now = before.used;
    const auto fields = fields_of(now);
    const auto at = std::ranges::find(fields, field.path, &ConfigField::path);
    if (auto* const* yes = std::get_if<bool*>(&at->value))
      **yes = !**yes;
    else if (auto* const* maybe = std::get_if<std::optional<bool>*>(&at->value))
      **maybe = true;
    else if (auto* const* text = std::get_if<std::string*>(&at->value))
      **text = "other";
    else if (auto* const* number = std::get_if<double*>(&at->value))
      **number *= 0.9, **number += 0.01;
    else if (auto* const* narrow = std::get_if<float*>(&at->value))
      **narrow = **narrow * 0.9F + 0.01F;
    else if (auto* const* count = std::get_if<std::int64_t*>(&at->value))
      **count += 2;
    else if (auto* const* small = std::get_if<int*>(&at->value))
      **small += 2;
    else if (auto* const* seed = std::get_if<std::uint64_t*>(&at->value))
      **seed += 2;
    else if (const auto* named = std::get_if<EnumReference>(&at->value))
      named->store(named->value, named->load(named->value) == 0 ? 1 : 0);
    if (field.path == "model.positions") now.model.positions = 256;
    const std::vector<ChangedField> changed = changed_fields(before.used, now);
    REQUIRE(changed.size() == 1);
    CHECK_THAT(refusal(now), Contains(field.path + ": " + changed[0].before) &&
                                 Contains(" before, " + changed[0].now + " now") &&
                                 Contains("another folder"));
  }
}

TEST_CASE("all that differs is named at once, a preset's name among it", "[resumption]") {
  PretrainConfig now = with("seed=7");
  now.data.held_out = 0.3;
  CHECK_THAT(refusal(now, "mini"), Contains("preset: tiny before, mini now") &&
                                       Contains("seed: 1 before, 7 now") &&
                                       Contains("data.held_out: 0.05 before, 0.3 now"));
  RunOrigin unknown = origin();
  unknown.preset.clear();
  CHECK_NOTHROW(resume_with(unknown, {.config = unknown.used, .preset = "mini"}));
}

TEST_CASE("a number that is not finite is refused by path", "[resumption]") {
  PretrainConfig now = origin().used;
  now.schedule.peak = std::numeric_limits<double>::quiet_NaN();
  CHECK_THAT(refusal(now), Contains("schedule.peak: expected 0 or more, found nan"));
}

TEST_CASE("a resume may end a run within its warm-up, which stays, and says so", "[resumption]") {
  const Resumption shorter = resume_with(origin(), {.config = with("train.steps=100")});
  CHECK(shorter.config.schedule.warmup == 140);
  REQUIRE(shorter.remarks.size() == 2);
  CHECK_THAT(shorter.remarks[0], Contains("train.steps 700 -> 100"));
  CHECK_THAT(shorter.remarks[1], Contains("schedule.warmup = 140") && Contains("never reaches"));
}

TEST_CASE("a run that was ended before its first checkpoint may be asked for as at first",
          "[resumption][law]") {
  RunOrigin begun = origin();
  begun.asked = begun.used;  // nobody knows
  begun.preset.clear();
  const auto resumed = [&](const PretrainConfig& now) {
    return resume_with(begun, {.config = now, .minutes = true, .from_start = true});
  };
  const Resumption resumption = resumed(origin().asked);
  PretrainConfig expected = origin().asked;
  expected.vocabulary.size = 1500;
  CHECK(hash(resumption.config) == hash(expected));
  REQUIRE(resumption.remarks.size() == 2);
  CHECK_THAT(resumption.remarks[0], Contains("vocabulary.size stays 1500"));
  CHECK_THAT(resumption.remarks[1],
             Contains("schedule.warmup 140 -> 600") && Contains("train.steps 700 -> 9000"));
  CHECK_THROWS_WITH(resumed(with("seed=2")), Contains("seed: 1 before, 2 now"));
  CHECK_THROWS_WITH(resumed(with("data.held_out=0.3")), Contains("data.held_out: 0.05 before"));
  CHECK_THROWS_WITH(resumed(with("vocabulary.lower_case=false")),
                    Contains("vocabulary.lower_case"));
}

TEST_CASE("a refusal says what was asked for, too, where another value came of it",
          "[resumption]") {
  CHECK_THAT(refusal(with("vocabulary.size=9")),
             Contains("vocabulary.size: 1500 (asked for: 2048) before, 9 now"));
}

TEST_CASE("a checkpoint keeps how its run was made; older ones have the folder's configuration",
          "[resumption]") {
  const TemporaryFolder temporary;
  const RunFolder folder{temporary.path(), {}, {}};
  write_file(folder.config(), config_to_json(pretrain_preset("mini")));
  const auto save = [&](Index step, const CheckpointState& state) {
    CheckpointWriter writer(folder.checkpoints(), step);
    (void)writer.commit(state, 9);
  };
  save(1, {{"platform", "cpu"}});
  RunOrigin found = origin_of(folder);
  CHECK(hash(found.used) == hash(pretrain_preset("mini")));
  CHECK(hash(found.asked) == hash(pretrain_preset("mini")));
  CHECK(found.preset.empty());
  save(2, state_of(origin()));
  found = origin_of(folder);
  CHECK(hash(found.used) == hash(origin().used));
  CHECK(hash(found.asked) == hash(origin().asked));
  CHECK(found.preset == "tiny");
}
