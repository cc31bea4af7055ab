#include "electra/pretrain/resumption.h"

#include <algorithm>
#include <array>

#include "electra/core/error.h"
#include "electra/core/fields.h"
#include "electra/io/config.h"

namespace electra {

namespace {

// What a resume may change; "ranks." stands for all within.
constexpr std::array<std::string_view, 9> changeable{
    "train.steps", "train.micro_batch", "train.recompute", "device",
    "threads",     "evaluate.",         "checkpoint.",     "log.",
    "ranks."};
constexpr const char* changeable_text =
    "train.steps, train.micro_batch, train.recompute, device, threads, evaluate.*, checkpoint.*, "
    "log.* "
    "and ranks.*";

// What minutes choose, beside train.steps, and what the corpus decides.
constexpr std::array<std::string_view, 2> chosen_by_minutes{"schedule.warmup",
                                                            "sampling.temperature_steps"};
constexpr std::string_view found_in_corpus = "vocabulary.size";

// A corpus is compared by its content where the data are prepared, not by its path.
constexpr std::string_view compared_by_content = "data.corpus";

std::string compact(const PretrainConfig& config) {
  return config_to_json(config, JsonLayout::compact);
}

/// Sorts what differs into what is taken, what is kept and what is refused.
class Comparison {
 public:
  Comparison(const RunOrigin& before, const ResumeRequest& now)
      : now_(now), became_(changed_fields(before.asked, before.used)) {
    for (const ChangedField& field : changed_fields(before.asked, now.config))
      differs_from_asked_.push_back(field.path);
    result_.config = before.used;
    if (!before.preset.empty() && !now.preset.empty() && now.preset != before.preset)
      refuse({"preset", before.preset, now.preset});
    for (const ChangedField& field : changed_fields(before.used, now.config)) compare(field);
  }

  Resumption result() {
    if (!refused_.empty())
      throw ConfigError("a resume goes on with the run as it was made, but " + refused_ +
                        ". Only " + changeable_text +
                        " may change; with other values begin a new run in another folder");
    if (!changed_.empty()) result_.remarks.push_back("changed with this resume: " + changed_);
    if (now_.minutes && !now_.from_start)
      result_.remarks.push_back(
          "minutes choose the steps of a new run: this one keeps train.steps = " +
          std::to_string(result_.config.train.steps));
    return result_;
  }

 private:
  void compare(const ChangedField& field) {
    const bool asked =
        std::ranges::find(differs_from_asked_, field.path) == differs_from_asked_.end();
    if (field.path == compared_by_content) return take(field.path);
    const bool chosen = now_.minutes && !now_.from_start && field.path == "train.steps";
    if (asked && (chosen || !may_change(field.path))) return;  // this came of it
    if (now_.from_start && field.path == found_in_corpus)
      return result_.remarks.push_back(field.path + " stays " + field.before +
                                       ": the run has prepared its data");
    if (!may_change(field.path)) return refuse(field);
    take(field.path);
    append(changed_, ", ", field.path + " " + field.before + " -> " + field.now);
  }
  [[nodiscard]] bool may_change(const std::string& path) const {
    return may_change_on_resume(path) ||
           (now_.from_start &&
            std::ranges::find(chosen_by_minutes, path) != chosen_by_minutes.end());
  }
  void take(const std::string& path) {
    result_.config = with_field_of(result_.config, now_.config, path);
  }
  void refuse(const ChangedField& field) {
    const auto asked = std::ranges::find(became_, field.path, &ChangedField::path);
    const std::string from = asked == became_.end() ? "" : " (asked for: " + asked->before + ")";
    append(refused_, "; ",
           field.path + ": " + field.before + from + " before, " + field.now + " now");
  }
  static void append(std::string& list, const char* between, const std::string& text) {
    list += (list.empty() ? "" : between) + text;
  }

  const ResumeRequest& now_;
  std::vector<ChangedField> became_;  // what the run was asked for, and what came of it
  std::vector<std::string> differs_from_asked_;
  std::string refused_, changed_;
  Resumption result_;
};

/// A resume may end a run within its warm-up, which stays as it was made.
void check_all(Resumption& resumption) {
  PretrainConfig checked = resumption.config;
  const Index warmup = checked.schedule.warmup, steps = checked.train.steps;
  if (steps > 0 && warmup > steps) {
    checked.schedule.warmup = steps;
    resumption.remarks.push_back("schedule.warmup = " + std::to_string(warmup) +
                                 " is more than train.steps = " + std::to_string(steps) +
                                 ": the rate never reaches its peak");
  }
  check(checked);
}

}  // namespace

CheckpointState state_of(const RunOrigin& origin) {
  return {{"config", compact(origin.used)},
          {"config_asked", compact(origin.asked)},
          {"preset", origin.preset}};
}

RunOrigin origin_of(const RunFolder& folder) {
  const auto state = latest_state(folder.checkpoints());
  const auto text = [&](const char* name) -> const std::string* {
    const auto found = state ? state->find(name) : CheckpointState::const_iterator{};
    return state && found != state->end() ? std::get_if<std::string>(&found->second) : nullptr;
  };
  const auto config = [&](const char* name) {
    const std::string origin = "the checkpoints in " + folder.checkpoints().string() + ": " + name;
    return config_from_json<PretrainConfig>(*text(name), origin);
  };
  RunOrigin origin;
  if (text("config") == nullptr) {
    origin.used = origin.asked = config_from_file<PretrainConfig>(folder.config());
    return origin;
  }
  origin.used = config("config");
  origin.asked = text("config_asked") != nullptr ? config("config_asked") : origin.used;
  if (text("preset") != nullptr) origin.preset = *text("preset");
  return origin;
}

bool may_change_on_resume(std::string_view path) {
  return std::ranges::any_of(changeable, [&](std::string_view name) {
    return name.ends_with('.') ? path.starts_with(name) : path == name;
  });
}

Resumption resume_with(const RunOrigin& before, const ResumeRequest& now) {
  check_ranges(now.config);
  Resumption resumption = Comparison(before, now).result();
  check_all(resumption);
  return resumption;
}

}  // namespace electra
