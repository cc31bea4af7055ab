#pragma once

#include <functional>
#include <string>
#include <vector>

#include "electra/finetune/finetuning.h"
#include "electra/finetune/objectives.h"
#include "electra/finetune/task_data.h"
#include "electra/finetune/task_source.h"
#include "electra/parallel/communicator.h"

namespace electra {

/// What a finished attempt leaves in its folder, beside the run's files.
struct AttemptResult {
  std::uint64_t seed = 0;
  double rate = 0;
  std::string failure;  // why nothing was learned; empty: it was
  std::vector<std::string> score_keys;
  std::vector<double> score_values;
  Index step = 0;  // of the weights that were kept
  double seconds = 0;
  double tokens_per_second = 0;

  void fields(auto&& visit) {
    visit("seed", seed, "of the run");
    visit("rate", rate, "largest learning rate");
    visit("failure", failure, "why nothing was learned");
    visit("score_keys", score_keys, "names of scores");
    visit("score_values", score_values, "their values");
    visit("step", step, "of the weights that were kept");
    visit("seconds", seconds, "of training");
    visit("tokens_per_second", tokens_per_second, "of training");
  }
  /// The value of the task's first score that there is. Throws Error if there is none.
  [[nodiscard]] double first_score() const;
};

/// What attempts share.
struct AttemptSetting {
  const FinetuneConfig& config;  // as it was asked for
  const TaskData& data;
  const FinetuneFolder& folder;
  NetworkConfig network;
  Context& context;
  Communicator& ranks;
  const RunCallbacks& callbacks;
  std::string data_hash;
  const std::vector<std::string>& arguments;
};

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
  class Watch;

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
  AttemptResult ended(const Watch& watch, const std::string& failure);

  const AttemptSetting& setting_;
  FinetuneConfig config_;  // of this attempt
  RunFolder folder_;
  Index epoch_steps_;
};

}  // namespace electra
