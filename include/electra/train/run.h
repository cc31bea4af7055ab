#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "electra/core/interruption.h"
#include "electra/data/step_source.h"
#include "electra/parallel/communicator.h"
#include "electra/train/objective.h"
#include "electra/train/rates.h"
#include "electra/train/run_config.h"
#include "electra/train/run_folder.h"
#include "electra/train/run_log.h"

namespace electra {

/// How a run talks to its application; anything may be empty. Of several ranks, rank 0 alone does,
/// but each of them may ask to stop: all then stop after the same step, the next one. An evaluation
/// is broken off, and made up for when the run is resumed; before the first step there is nothing
/// to save but what is prepared.
struct RunCallbacks {
  std::function<void(const std::string&)> say = {};
  std::function<void(Index step)> stepped = {};  // this many steps are taken
  std::function<void(const Progress&)> progress = {};
  std::function<void(Index step, const FigureValues&)> evaluated = {};
  StopRequest stop_requested = {};
};

struct RunResult {
  enum class End : std::uint8_t { finished, interrupted };
  End end = End::finished;
  Index step = 0;
  std::optional<FigureValues> evaluation = {};
};

/// Whether a run begins or goes on from its newest checkpoint.
enum class Start : std::uint8_t { fresh, resume };

/// The batches of an evaluation: the first so many of a source.
struct HeldOut {
  std::unique_ptr<StepSource> source;
  Index batches = 0;
};

/// What is learned, and from what: all that a run does not know by itself.
struct Recipe {
  std::string_view task;  // "pretrain", a literal: how lines of progress begin
  ParameterStore& store;  // allocated
  const Objective& objective;
  RateFactor rate_factor = {};                            // of the objective's groups
  std::function<std::unique_ptr<StepSource>()> training;  // this rank's steps
  std::function<HeldOut()> held_out;                      // what every evaluation sees
  std::function<void()> first_weights;                    // into the store; looked through then
  std::function<void()> begun = {};  // on rank 0, once nothing refuses to begin or to go on
  std::function<void(const std::filesystem::path&)> dress = {};  // adds to each exported folder
  std::map<std::string, std::string, std::less<>> identity;      // must be the same in a checkpoint
  CheckpointState notes = {};                                    // kept in a checkpoint
  LogRecord facts = {};                                          // the log's first line
};

/// One attempt at a run, from its first or next step to its last: steps, log, evaluations,
/// checkpoints, exports, report. It knows no objective and no task.
class Run {
 public:
  /// Everything referred to must outlive it. `config` is what is trained with, whole and final.
  Run(Recipe recipe, const RunConfig& config, const RunFolder& folder, Context& context,
      Communicator& ranks, const RunCallbacks& callbacks);
  ~Run();
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  /// Runs until the last step or until asked to stop; in either case saves a checkpoint and leaves
  /// the folder complete. Called once. Throws Error; once steps are taken, the log's last line says
  /// so and why. Of several ranks, whoever catches it ends the others (Communicator::abort).
  [[nodiscard]] RunResult run(Start start);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace electra
