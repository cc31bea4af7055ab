#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "electra/parallel/launch.h"
#include "electra/train/config.h"
#include "electra/train/run_folder.h"
#include "electra/train/run_log.h"

namespace electra {

/// A whole pretraining run, from raw text to Hugging Face directories, in one folder.
struct PretrainingOptions {
  RunConfig config = {};
  std::filesystem::path out = {};
  enum class Start : std::uint8_t { fresh, resume };
  Start start = Start::fresh;
  std::optional<double> minutes = {};        // choose train.steps so that it takes this long
  std::filesystem::path dump_examples = {};  // write the packed examples here; empty: do not
  std::vector<std::string> arguments = {};   // of the command line, for the log
  /// This process among the run's, all of which see the same folder and corpus; by default what
  /// discover_launch finds.
  std::optional<Launch> launch = {};
};

/// How a run talks to its application; anything may be empty. Of several ranks, rank 0 alone does,
/// but each of them may ask to stop: all then stop after the same step, the next one.
struct PretrainingCallbacks {
  std::function<void(const std::string&)> say = {};
  std::function<void(const Progress&)> progress = {};
  std::function<void(Index step, const PretrainingMetrics&)> evaluated = {};
  std::function<bool()> stop_requested = {};  // asked after every step
};

struct PretrainingResult {
  enum class End : std::uint8_t { finished, interrupted };
  End end = End::finished;
  Index step = 0;
  std::optional<PretrainingMetrics> evaluation;
};

/// Runs until the last step or until asked to stop; in either case saves a checkpoint and leaves
/// the folder complete. Throws Error; then the log's last line says so. A rank that throws ends all
/// others.
PretrainingResult pretrain(const PretrainingOptions& options,
                           const PretrainingCallbacks& callbacks = {});

}  // namespace electra
