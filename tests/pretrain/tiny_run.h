#pragma once

#include <atomic>
#include <fstream>
#include <memory>
#include <string>

#include "electra/pretrain/pretraining.h"
#include "support/temporary_folder.h"
#include "train/small_run.h"

namespace electra::test {

/// Forty documents of sentences from a small grammar, so that there is something to learn.
inline void write_corpus(const std::filesystem::path& file) {
  static const std::vector<std::string> who{"the old captain", "my sister", "a whale", "he", "she"};
  static const std::vector<std::string> does{"saw", "loved", "followed", "never knew", "hunted"};
  static const std::vector<std::string> what{"the ship", "an umbrella", "the sea", "a letter"};
  RandomStream random(7, Site{1}, 0, 0);
  const auto any = [&](const std::vector<std::string>& words) {
    return words[random.below(static_cast<std::uint32_t>(words.size()))];
  };
  std::ofstream text(file);
  for (int document = 0; document < 40; ++document) {
    for (int sentence = 0; sentence < 8; ++sentence)
      text << any(who) << ' ' << any(does) << ' ' << any(what) << " .\n";
    text << '\n';
  }
}

/// A whole run in a folder of its own: few steps of a small pair on that corpus.
class TinyRun {
 public:
  TinyRun() {
    write_corpus(folder_ / "corpus.txt");
    options.config = small_config();
    options.config.data.corpus = (folder_ / "corpus.txt").string();
    options.config.data.held_out = 0.1;
    options.config.vocabulary.size = 60;
    options.config.train.steps = 12;
    options.config.train.batch = 8;
    options.config.log.every = 4;
    options.config.evaluate.every = 6;
    options.config.checkpoint.every = 5;
    options.out = folder_ / "run";
  }

  RunResult run() { return pretrain(options, callbacks); }
  RunResult resume() {
    options.start = Start::resume;
    return run();
  }
  /// Asks the run to stop once it has taken this many steps.
  void stop_after(Index steps) {
    const auto reached = std::make_shared<std::atomic<bool>>(false);
    callbacks.stepped = [steps, reached](Index step) { *reached = step == steps; };
    callbacks.stop_requested = [reached] { return reached->load(); };
  }
  void do_not_stop() {
    callbacks.stepped = {};
    callbacks.stop_requested = {};
  }

  [[nodiscard]] PretrainFolder out() const { return PretrainFolder(options.out); }
  [[nodiscard]] const TemporaryFolder& folder() const { return folder_; }

  PretrainingOptions options;
  RunCallbacks callbacks;

 private:
  TemporaryFolder folder_;
};

}  // namespace electra::test
