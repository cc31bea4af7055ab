#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "electra/finetune/config.h"
#include "electra/parallel/launch.h"
#include "electra/tasks/scores.h"
#include "electra/train/run.h"

namespace electra {

/// The names of what fine-tuning leaves in its folder; see docs/formats.md. The folder itself is
/// the model: config.json, model.safetensors and the tokenizer's files, as from_pretrained reads
/// them.
struct FinetuneFolder {
  std::filesystem::path root;

  [[nodiscard]] std::filesystem::path config() const { return root / "finetune.json"; }
  [[nodiscard]] std::filesystem::path report() const { return root / "report.html"; }
  [[nodiscard]] std::filesystem::path runs() const { return root / "runs"; }
  /// One attempt: "seed_2", and "seed_2_restart_1" of one that began again.
  [[nodiscard]] RunFolder run(std::uint64_t seed, Index restart) const;
};

struct FinetuningOptions {
  FinetuneConfig config = {};
  std::filesystem::path out = {};
  Start start = Start::fresh;
  std::vector<std::string> arguments = {};  // of the command line, for the log
  std::optional<Launch> launch = {};        // by default what discover_launch finds
};

/// What became of one seed.
struct SeedResult {
  std::uint64_t seed = 0;
  Index restarts = 0;
  std::vector<Score> scores;  // of the weights that were kept
  double seconds = 0;         // of training, evaluations left out
  double tokens_per_second = 0;
};

/// Over seeds.
struct ScoreSummary {
  const ScoreInfo* info = nullptr;
  double mean = 0, spread = 0;  // the standard deviation; 0 of one
};

struct FinetuningResult {
  RunResult::End end = RunResult::End::finished;
  std::vector<SeedResult> seeds;
  std::vector<ScoreSummary> scores;
  std::uint64_t best = 0;  // the seed whose weights the folder has
};

/// A whole fine-tuning, from files of examples to a model that predicts: one run for each seed, in
/// folders of their own; the best by the task's first score becomes the folder's model. A run whose
/// loss a third of the way is not below that of the best constant answer has learned nothing: it is
/// begun again, with a third of the rate and the next seed, as often as the configuration allows;
/// then TrainingError says so. Asked to stop, it saves a checkpoint; `Start::resume` goes on to the
/// same end, bit for bit. Throws Error.
FinetuningResult finetune(const FinetuningOptions& options, const RunCallbacks& callbacks = {});

/// The configuration of a command: finetune_defaults of the task for the model in this directory
/// and the training file's size, and the values of the request over them ("path=value", as --set
/// has it). Throws Error.
[[nodiscard]] FinetuneConfig finetune_configuration(const std::string& task,
                                                    const std::string& model,
                                                    const FilesConfig& files,
                                                    const std::vector<std::string>& assignments);

/// The configuration that a folder was fine-tuned with. Throws IoError.
[[nodiscard]] FinetuneConfig finetune_configuration(const FinetuneFolder& folder);

}  // namespace electra
