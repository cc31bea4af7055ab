#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "electra/finetune/objectives.h"
#include "finetune/attempt_result.h"
#include "finetune/attempt_setting.h"
#include "finetune/collapse_guard.h"

namespace electra {

/// Listens to the run of an attempt: the guard, the clock, the evaluation whose weights are kept.
class AttemptWatch {
 public:
  /// Everything referred to must outlive it. `config`: of this attempt; `steps`: of its whole run.
  AttemptWatch(const AttemptSetting& setting, const FinetuneConfig& config, const RunFolder& folder,
               const TaskObjective& objective, Index steps);

  /// What a run that is gone on with has seen before, by its log up to this step.
  void recall(Index last_step);
  /// The application's, with what is listened to; they refer to this.
  [[nodiscard]] RunCallbacks callbacks();

  [[nodiscard]] bool collapsed() const { return !guard_.verdict().empty(); }
  [[nodiscard]] const std::string& verdict() const { return guard_.verdict(); }
  /// Scores and step of the weights that are kept.
  [[nodiscard]] const AttemptResult& kept() const { return kept_; }
  [[nodiscard]] double seconds() const { return seconds_; }  // of steps, in this process
  [[nodiscard]] Index steps() const { return steps_; }       // taken in this process

 private:
  using ValueOf = std::function<std::optional<double>(std::string_view key)>;

  void stepped();
  void evaluated(Index step, const FigureValues& values);
  /// Whether the weights of this step are those that are kept, as far as is known; those before the
  /// first step never are.
  bool keep(Index step, const ValueOf& value_of);
  [[nodiscard]] AttemptResult scored(const ValueOf& value_of) const;
  [[nodiscard]] bool better(const AttemptResult& now) const;

  const AttemptSetting& setting_;
  const FinetuneConfig& config_;
  const RunFolder& folder_;
  const TaskObjective& objective_;
  CollapseGuard guard_;
  AttemptResult kept_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  double seconds_ = 0;
  Index steps_ = 0;
};

}  // namespace electra
