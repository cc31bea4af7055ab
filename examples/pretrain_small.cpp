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
#include <string>
#include <type_traits>
#include <vector>

#include "electra/core/error.h"
#include "electra/io/config.h"
#include "example_defaults.h"
#include "show_detection.h"
#include "support/pretrain_command.h"

namespace {

using namespace electra;

constexpr const char* default_out = "out/pretrain_small";

void add_options(CLI::App& app, PretrainCommand& command) {
  command.options([&](const char* name, auto& value, const char* placeholder, const char* help) {
    if constexpr (std::is_same_v<decltype(value), bool&>)
      app.add_flag(name, value, help);
    else
      app.add_option(name, value, help)->type_name(placeholder);
  });
  app.get_option("--out")->default_val(default_out);
  app.footer("Without --corpus the bundled sample is read.");
}

PretrainConfig configuration(const PretrainCommand& command) {
  PretrainConfig config = configuration_of(command);
  if (!command.resume && config.data.corpus.empty() && config.data.prepared.empty())
    config.data.corpus = bundled_sample().string();
  return config;
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
  if (!std::filesystem::exists(folder.discriminator())) {
    say("report: " + folder.report().string());
    return say("model: " + folder.masked_language_model().string());
  }
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

int run(const PretrainCommand& command, const std::vector<std::string>& arguments) {
  const PretrainConfig config = configuration(command);
  if (command.show_config) {
    std::printf("%s", config_help(config).c_str());
    return 0;
  }
  const PretrainingOptions options = pretraining_options(command, config, arguments);
  if (pretrain_and_talk(options).end == RunResult::End::interrupted) return code_when_stopped();
  if (!options.launch->leads()) return 0;
  show_what_was_learned(PretrainFolder(options.out));
  return signal_received != 0 ? code_when_stopped() : 0;
}

}  // namespace

int main(int argc, char** argv) {
  PretrainCommand command;
  CLI::App app("Pretrains ELECTRA from raw text and shows what it learned", "pretrain_small");
  add_options(app, command);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  catch_stop_signals();
  try {
    return run(command, {argv, argv + argc});
  } catch (const ConfigError& error) {
    std::fprintf(stderr, "pretrain_small: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "pretrain_small: %s\n", error.what());
    return 1;
  }
}
