#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "electra/parallel/launch.h"
#include "electra/pretrain/pretraining.h"
#include "electra/pretrain/request.h"
#include "support/run_talk.h"

namespace electra {

/// What a command line says of a run of pretraining, whichever program reads it.
struct PretrainCommand {
  PretrainRequest request;
  std::string out, dump_examples;
  std::string objective, device, precision;  // empty: as the configuration says
  std::optional<int> threads;
  std::optional<double> minutes;
  bool resume = false;
  bool show_config = false;
  LaunchFlags launch;

  /// Every option: visit(name, member, what stands for its value, help). A bool is a flag, a list
  /// may be repeated.
  void options(auto&& visit) {
    visit("--preset", request.preset, "NAME",
          "tiny (default), mini, small, small_plus_plus, base or large");
    visit("--corpus", request.corpus, "PATH",
          "a file, or a folder of *.txt, *.jsonl and *.json, also .gz and .zst");
    visit("--out", out, "DIR", "folder of the run");
    visit("--steps", request.steps, "N",
          "optimizer steps (train.steps); of a new run, what depends on them is scaled");
    visit("--minutes", minutes, "M", "choose a new run's steps so that they take this long");
    visit("--objective", objective, "NAME",
          "what is learned: replaced_token_detection (default) or masked_language_model");
    visit("--seed", request.seed, "S", "of everything that is random (default: 1)");
    visit("--device", device, "DEVICE",
          "auto (default): the first GPU, else the CPU; cpu, cuda, cuda:N");
    visit("--threads", threads, "N", "of the device cpu (default: all processors)");
    visit("--precision", precision, "P", "f32 (default) or bf16");
    visit("--config", request.config_file, "FILE", "JSON file with configuration values");
    visit("--set", request.assignments, "PATH=VALUE",
          "any value of the configuration, e.g. schedule.peak=1e-4; may be repeated");
    visit("--resume", resume, "", "go on from the newest checkpoint in --out, as the run was made");
    visit("--dump-examples", dump_examples, "FILE",
          "write the packed examples to this safetensors file");
    visit("--rank", launch.rank, "N", "of this process, where no launcher says so");
    visit("--world-size", launch.size, "N", "how many processes there are");
    visit("--local-rank", launch.local_rank, "N", "of this process among its machine's");
    visit("--master", launch.master, "HOST:PORT", "where rank 0 can be reached");
    visit("--show-config", show_config, "", "list every configuration value, and leave");
  }

  /// What is asked for, the values that have an option of their own before those of --set.
  [[nodiscard]] PretrainRequest whole_request() const {
    PretrainRequest whole = request;
    std::vector<std::string> own;
    for (const auto& [path, value] :
         {std::pair("objective", objective), std::pair("device", device),
          std::pair("precision", precision)})
      if (!value.empty()) own.push_back(std::string(path) + "=" + value);
    if (threads) own.push_back("threads=" + std::to_string(*threads));
    whole.assignments.insert(whole.assignments.begin(), own.begin(), own.end());
    return whole;
  }
};

/// Of a new run, or of the one in the folder with the values that are named. Throws ConfigError or
/// IoError.
[[nodiscard]] inline PretrainConfig configuration_of(const PretrainCommand& command) {
  const PretrainRequest request = command.whole_request();
  return command.resume ? resumed_configuration_of(request, PretrainFolder(command.out))
                        : configuration_of(request);
}

/// `arguments`: the whole command line, for the log. Throws ConfigError or IoError.
[[nodiscard]] inline PretrainingOptions pretraining_options(const PretrainCommand& command,
                                                            PretrainConfig config,
                                                            std::vector<std::string> arguments) {
  PretrainingOptions options;
  options.config = std::move(config);
  options.out = command.out;
  options.start = command.resume ? Start::resume : Start::fresh;
  options.preset = preset_of(command.request);
  if (!command.resume && options.preset.empty()) options.preset = default_preset;
  options.minutes = command.minutes;
  options.dump_examples = command.dump_examples;
  options.arguments = std::move(arguments);
  options.launch = discover_launch(command.launch);
  return options;
}

/// Trains, and lets people see it; a run that was stopped says how it goes on. `progress` is told
/// of each line of progress, too.
inline RunResult pretrain_and_talk(const PretrainingOptions& options,
                                   const std::function<void(const Progress&)>& progress = {}) {
  ProgressLine line;
  RunCallbacks callbacks = talk_on(line);
  callbacks.progress = [show = callbacks.progress, &progress](const Progress& now) {
    show(now);
    if (progress) progress(now);
  };
  const bool leads = options.launch->leads();
  if (leads)
    for (const std::string& warning : options.launch->warnings) say(warning);
  const RunResult result = pretrain(options, callbacks);
  line.close();
  if (leads && result.end == RunResult::End::interrupted)
    say(std::filesystem::exists(PretrainFolder(options.out).config())
            ? "interrupted at step " + std::to_string(result.step) + "; --resume goes on from there"
            : "interrupted before it began");
  return result;
}

}  // namespace electra
