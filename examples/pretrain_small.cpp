/// Pretrains ELECTRA from raw text: trains a vocabulary, tokenises, pretrains, evaluates on
/// held-out documents, writes Hugging Face directories, and shows the discriminator at work.
///
///   pretrain_small                                    about five minutes on two cores
///   pretrain_small --preset small --corpus DIR --out DIR --set train.batch=64
///   pretrain_small --out DIR --resume
///   torchrun --no-python --nproc-per-node 8 pretrain_small …     (docs/distributed.md)
///
/// Expected at the end, without arguments: held-out AUC about 0.8 (0.5 is chance), total loss below
/// 20.5, and a few sentences in which a wrong word stands out.

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "electra/core/error.h"
#include "electra/io/config.h"
#include "electra/parallel/launch.h"
#include "electra/pretrain/pretraining.h"
#include "electra/pretrain/request.h"
#include "example_defaults.h"
#include "show_detection.h"
#include "support/run_talk.h"

namespace {

using namespace electra;

struct Options {
  PretrainRequest request;
  std::string out = "out/pretrain_small";
  std::string dump_examples;
  std::optional<double> minutes;
  bool resume = false;
  bool show_config = false;
  LaunchFlags launch;
};

void add_options(CLI::App& app, Options& o) {
  app.add_option("--preset", o.request.preset,
                 "tiny, mini, small, small_plus_plus, base or large (default: tiny on a CPU)");
  app.add_option("--corpus", o.request.corpus,
                 "a file, or a folder of *.txt, *.jsonl and *.json, also .gz and .zst\n"
                 "(default: the bundled sample)");
  app.add_option("--out", o.out, "folder of the run")->capture_default_str();
  app.add_option("--steps", o.request.steps,
                 "optimizer steps (train.steps); of a new run, what depends on them is scaled");
  app.add_option("--minutes", o.minutes, "choose a new run's steps so that they take this long");
  app.add_option("--seed", o.request.seed, "of everything that is random (default: 1)");
  app.add_option("--config", o.request.config_file, "JSON file with configuration values");
  app.add_option("--set", o.request.assignments,
                 "path=value, e.g. schedule.peak=1e-4; may be repeated");
  app.add_flag("--resume", o.resume,
               "go on from the newest checkpoint in --out, as the run was made");
  app.add_option("--dump-examples", o.dump_examples,
                 "write the packed examples to this safetensors file");
  app.add_option("--rank", o.launch.rank, "of this process, where no launcher says so");
  app.add_option("--world-size", o.launch.size, "how many processes there are");
  app.add_option("--local-rank", o.launch.local_rank, "of this process among its machine's");
  app.add_option("--master", o.launch.master, "host:port where rank 0 can be reached");
  app.add_flag("--show-config", o.show_config, "list every configuration value, and leave");
}

PretrainConfig configuration(const Options& o, const PretrainFolder& folder) {
  if (o.resume) return resumed_configuration_of(o.request, folder);
  PretrainConfig config = configuration_of(o.request);
  if (config.data.corpus.empty()) config.data.corpus = bundled_sample().string();
  return config;
}

PretrainingOptions pretraining_options(const Options& o, const PretrainFolder& folder,
                                       const std::vector<std::string>& arguments) {
  PretrainingOptions options;
  options.config = configuration(o, folder);
  options.out = o.out;
  options.start = o.resume ? Start::resume : Start::fresh;
  options.preset = preset_of(o.request);
  if (!o.resume && options.preset.empty()) options.preset = default_preset;
  options.minutes = o.minutes;
  options.dump_examples = o.dump_examples;
  options.arguments = arguments;
  options.launch = discover_launch(o.launch);
  return options;
}

RunResult pretrain_and_show(const PretrainingOptions& options) {
  ProgressLine line;
  const RunResult result = pretrain(options, talk_on(line));
  line.close();
  return result;
}

/// Sentences that are longer than the model's positions are cut; where the vocabulary, as that of
/// another language's text, has no words for them, they would show nothing.
void show_sentences(const PretrainFolder& folder) {
  const Detector detector(folder.discriminator(), {.length = LongText::truncate});
  std::size_t unknown = 0;
  for (const std::string& sentence : example_sentences()) {
    if (signal_received != 0) return;
    const Detection detection = detector.detect(sentence);
    if (hardly_known(detection)) {
      ++unknown;
      continue;
    }
    show(detection);
    if (detection.left_out > 0)
      say("  (cut at the model's positions: " + std::to_string(detection.left_out) +
          " more tokens)");
  }
  if (unknown > 0)
    say("  " + std::to_string(unknown) + " of " + std::to_string(example_sentences().size()) +
        " sentences are left out: they are English, and this run's vocabulary has [UNK] for"
        " many of their words; detect " +
        folder.discriminator().string() + " TEXT shows any other");
}

/// The run is finished, whatever becomes of this.
void show_what_was_learned(const PretrainFolder& folder) {
  say("the discriminator at work: how probably each token was replaced");
  std::signal(SIGPIPE, SIG_IGN);  // who reads it may have seen enough
  try {
    show_sentences(folder);
  } catch (const std::exception& error) {
    say(std::string("  it cannot be shown: ") + error.what());
  }
  if (signal_received != 0) say("  interrupted; the run is finished");
  say("report: " + folder.report().string());
  say("models: " + folder.generator().string() + ", " + folder.discriminator().string());
}

int run(const Options& o, const std::vector<std::string>& arguments) {
  const PretrainFolder folder(o.out);
  if (o.show_config) {
    std::printf("%s", config_help(configuration(o, folder)).c_str());
    return 0;
  }
  const PretrainingOptions options = pretraining_options(o, folder, arguments);
  const bool leads = options.launch->leads();
  if (leads)
    for (const std::string& warning : options.launch->warnings) say(warning);
  const RunResult result = pretrain_and_show(options);
  if (result.end == RunResult::End::interrupted) {
    if (leads)
      say("interrupted at step " + std::to_string(result.step) + "; --resume goes on from there");
    return 128 + (signal_received != 0 ? signal_received.load() : SIGTERM);  // another rank's
  }
  if (!leads) return 0;
  show_what_was_learned(folder);
  return signal_received != 0 ? 128 + signal_received : 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Pretrains ELECTRA from raw text and shows what it learned", "pretrain_small");
  add_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  catch_stop_signals();
  try {
    return run(options, {argv, argv + argc});
  } catch (const ConfigError& error) {
    std::fprintf(stderr, "pretrain_small: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "pretrain_small: %s\n", error.what());
    return 1;
  }
}
