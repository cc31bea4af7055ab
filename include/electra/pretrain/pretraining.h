#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "electra/parallel/launch.h"
#include "electra/pretrain/config.h"
#include "electra/train/run.h"

namespace electra {

/// The names of what a pretraining run leaves in its folder; see docs/formats.md.
struct PretrainFolder : RunFolder {
  explicit PretrainFolder(std::filesystem::path where)
      : RunFolder{std::move(where),
                  {"vocab.txt", "tokenizer_config.json", "data/corpus.etok", "data/corpus.json"},
                  {"generator", "discriminator", "masked_language_model"}} {}

  [[nodiscard]] std::filesystem::path vocabulary() const { return root / "vocab.txt"; }
  [[nodiscard]] std::filesystem::path tokens() const { return root / "data" / "corpus.etok"; }
  [[nodiscard]] std::filesystem::path corpus_record() const {
    return root / "data" / "corpus.json";
  }
  [[nodiscard]] std::filesystem::path generator() const { return root / "generator"; }
  [[nodiscard]] std::filesystem::path discriminator() const { return root / "discriminator"; }
  [[nodiscard]] std::filesystem::path masked_language_model() const {
    return root / "masked_language_model";
  }
};

/// A whole pretraining run, from raw text to Hugging Face directories, in one folder.
struct PretrainingOptions {
  /// What is asked for. Of a resume: the run's own, by its folder, and what may change of it
  /// (pretrain/resumption.h); whatever else differs is refused.
  PretrainConfig config = {};
  std::string preset = {};  // that `config` began with, where it is known; a resume compares it
  std::filesystem::path out = {};
  Start start = Start::fresh;
  std::optional<double> minutes = {};        // choose a new run's steps so that it takes this long
  double measured = 5;                       // seconds of steps that this choice is made by
  std::filesystem::path dump_examples = {};  // write the packed examples here; empty: do not
  std::vector<std::string> arguments = {};   // of the command line, for the log
  /// This process among the run's, all of which see the same folder and corpus; by default what
  /// discover_launch finds.
  std::optional<Launch> launch = {};
};

/// Runs until the last step or until asked to stop; in either case saves a checkpoint and leaves
/// the folder complete. Throws Error; then the log's last line says so and why. A rank that throws
/// ends all others.
RunResult pretrain(const PretrainingOptions& options, const RunCallbacks& callbacks = {});

}  // namespace electra
