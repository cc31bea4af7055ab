#pragma once

#include <optional>
#include <string>

#include "electra/finetune/objectives.h"
#include "electra/finetune/task_source.h"
#include "finetune/attempt_result.h"
#include "finetune/attempt_setting.h"
#include "finetune/attempt_watch.h"

namespace electra {

/// One run of one seed with one rate: a folder of its own.
class Attempt {
 public:
  /// `restart`: how often the seed has begun again.
  Attempt(const AttemptSetting& setting, std::uint64_t seed, std::uint64_t asked_seed,
          Index restart);

  /// What the folder says of an attempt that has ended; absent if it has not.
  [[nodiscard]] std::optional<AttemptResult> result() const;
  /// From its first step, or from where its folder says that it stopped. Absent: interrupted.
  [[nodiscard]] std::optional<AttemptResult> run();
  /// The folder with the weights that were kept.
  [[nodiscard]] std::filesystem::path model() const;

 private:
  [[nodiscard]] Start where_to_start() const;
  [[nodiscard]] RunConfig run_config() const;
  [[nodiscard]] StoredHead head() const;
  [[nodiscard]] TaskSetup setup() const;
  [[nodiscard]] TaskSourceOptions source_options() const;
  [[nodiscard]] Recipe recipe(ParameterStore& store, const TaskObjective& objective,
                              const RunConfig& run);
  [[nodiscard]] LogRecord facts(const ParameterStore& store, const RunConfig& run) const;
  [[nodiscard]] bool leads() const { return setting_.ranks.rank() == 0; }
  void say(const std::string& text) const;
  AttemptResult ended(const AttemptWatch& watch, const std::string& failure);

  const AttemptSetting& setting_;
  FinetuneConfig config_;  // of this attempt
  RunFolder folder_;
  Index epoch_steps_;
};

}  // namespace electra
