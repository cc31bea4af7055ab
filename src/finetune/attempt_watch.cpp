#include "finetune/attempt_watch.h"

#include <algorithm>

#include "electra/io/train_log.h"

namespace electra {

using Clock = std::chrono::steady_clock;

namespace {

/// Of an example, on average: a word of tag is one.
double answers_of(const TaskData& data) {
  if (data.task->kind != TaskKind::tag) return 1;
  double words = 0;
  for (const auto& labels : data.training.labels) words += static_cast<double>(labels.size());
  return words / static_cast<double>(std::max<Index>(1, data.training.size()));
}

}  // namespace

AttemptWatch::AttemptWatch(const AttemptSetting& setting, const FinetuneConfig& config,
                           const RunFolder& folder, const TaskObjective& objective, Index steps)
    : setting_(setting),
      config_(config),
      folder_(folder),
      objective_(objective),
      guard_(constant_loss(setting.data, config.train.batch / setting.ranks.size()), steps,
             config.train.batch, answers_of(setting.data)) {}

void AttemptWatch::recall(Index last_step) {
  for (const LoggedLine& line : logged_lines(folder_.log(), "train", last_step))
    guard_.see(line.step, line["loss"]);
  for (const LoggedLine& line : logged_lines(folder_.log(), "evaluation", last_step))
    keep(line.step, [&](std::string_view key) { return line[key]; });
}

RunCallbacks AttemptWatch::callbacks() {
  const RunCallbacks& outer = setting_.callbacks;
  return {.say = outer.say,
          .stepped =
              [this, &outer](Index step) {
                stepped();
                if (outer.stepped) outer.stepped(step);
              },
          .progress =
              [this, &outer](const Progress& progress) {
                guard_.see(progress.step, progress.values["loss"]);
                if (outer.progress) outer.progress(progress);
              },
          .evaluated =
              [this, &outer](Index step, const FigureValues& values) {
                evaluated(step, values);
                if (outer.evaluated) outer.evaluated(step, values);
                last_ = Clock::now();
              },
          .stop_requested =
              [this, &outer] {
                return collapsed() || (outer.stop_requested && outer.stop_requested());
              }};
}

void AttemptWatch::stepped() {
  const auto now = Clock::now();
  seconds_ += std::chrono::duration<double>(now - last_).count();
  last_ = now;
  ++steps_;
}

void AttemptWatch::evaluated(Index step, const FigureValues& values) {
  const bool kept = keep(step, [&](std::string_view key) { return values[key]; });
  if (kept && config_.keep == Keep::best && setting_.ranks.rank() == 0)
    objective_.save(folder_.root / "best");
}

bool AttemptWatch::keep(Index step, const ValueOf& value_of) {
  if (step == 0) return false;
  AttemptResult now = scored(value_of);
  now.step = step;
  const bool first = kept_.score_values.empty();
  if (config_.keep == Keep::best && !first && !better(now)) return false;
  kept_ = std::move(now);
  return true;
}

AttemptResult AttemptWatch::scored(const ValueOf& value_of) const {
  AttemptResult result;
  for (const ScoreInfo& score : setting_.data.task->scores)
    if (const std::optional<double> value = value_of(score.key)) {
      result.score_keys.emplace_back(score.key);
      result.score_values.push_back(*value);
    }
  return result;
}

bool AttemptWatch::better(const AttemptResult& now) const {
  const auto& scores = setting_.data.task->scores;
  const auto info = std::ranges::find(scores, now.score_keys.front(), &ScoreInfo::key);
  return info->better == ScoreInfo::Better::more ? now.first_score() > kept_.first_score()
                                                 : now.first_score() < kept_.first_score();
}

}  // namespace electra
