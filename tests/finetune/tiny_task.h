#pragma once

#include <atomic>
#include <fstream>
#include <memory>
#include <string>

#include "electra/core/context.h"
#include "electra/finetune/finetuning.h"
#include "electra/formats/hugging_face.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/models/text_model.h"
#include "support/temporary_folder.h"

namespace electra::test {

/// Words that tasks of these tests are written with.
inline Vocabulary task_vocabulary() {
  return Vocabulary::from_tokens({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a",      "the",
                                  "was",   "good",  "bad",   "fine",  "poor",   "film",   "play",
                                  "song",  "ship",  "sea",   "crew",  "in",     "london", "paris",
                                  "rome",  "who",   "where", "sang",  "##s",    "."});
}

/// An encoder with first weights, as a discriminator's directory.
inline void save_encoder(const std::filesystem::path& directory) {
  const auto context = Context::create({}, {.threads = 1});
  NetworkConfig config{.vocabulary = task_vocabulary().size()};
  config.embedding = 16, config.hidden = 32, config.layers = 2, config.heads = 2;
  config.intermediate = 64, config.positions = 48;
  config.initializer_range = 0.1F;
  ParameterStore store;
  const TextModel model(store, config, head_kind("replaced_token"));
  store.allocate(*context, Precision::f32);
  store.initialise(1, config.initializer_range);
  save_network(directory, model.parts(), store);
  save_tokenizer(directory, task_vocabulary(), {}, config.positions);
}

/// Small sets whose right answers follow from a word.
class TaskWriter {
 public:
  explicit TaskWriter(std::uint32_t which) : random_(5, Site{1}, 0, which) {}

  [[nodiscard]] std::string of(const std::string& task, int examples) {
    if (task == "answer") return answers(examples);
    std::string text;
    for (int i = 0; i < examples; ++i) text += line(task);
    return text;
  }

 private:
  [[nodiscard]] std::string any(std::initializer_list<const char*> words) {
    return words.begin()[random_.below(static_cast<std::uint32_t>(words.size()))];
  }
  [[nodiscard]] std::string thing() { return any({"film", "play", "song"}); }
  [[nodiscard]] std::string place() { return any({"london", "paris", "rome"}); }

  [[nodiscard]] std::string line(const std::string& task) {
    const std::string what = thing(), where = place();
    if (task == "tag") return "the\tO\n" + what + "\tO\nin\tO\n" + where + "\tB-LOC\n.\tO\n\n";
    if (task == "embed") return "the " + what + " in " + where + "\t" + where + " " + what + "\n";
    const bool good = random_.below(2) == 1;
    const std::string text = "the " + what + " was " +
                             (good ? any({"good", "fine"}) : any({"bad", "poor"})) + " in " + where;
    if (task == "regress") return text + "\t" + (good ? "4.5" : "1.5") + "\n";
    if (task == "multilabel") return text + "\t" + where + (good ? ";praise" : "") + "\n";
    return text + "\t" + (good ? "yes" : "no") + "\n";
  }

  [[nodiscard]] std::string answers(int examples) {
    std::string all;
    for (int i = 0; i < examples; ++i) {
      const std::string where = place(), what = thing();
      const std::string passage = "the crew sang a " + what + " in " + where + " .";
      const auto at = std::to_string(passage.find(where));
      all += std::string(i > 0 ? "," : "") + R"({"context":")" + passage + R"(","qas":[{"id":")" +
             std::to_string(i) + R"(","question":"where was the )" + what +
             R"(","answers":[{"text":")" + where + R"(","answer_start":)" + at + "}]}]}";
    }
    return R"({"version":"1.1","data":[{"title":"t","paragraphs":[)" + all + "]}]}";
  }

  RandomStream random_;
};

/// Fine-tuning in a folder of its own: an encoder that knows nothing, and some hundred examples.
class TinyTask {
 public:
  explicit TinyTask(const std::string& task, int examples = 160) {
    const std::string end = task == "tag" ? ".conll" : task == "answer" ? ".json" : ".tsv";
    files.train = write("train" + end, TaskWriter(1).of(task, examples));
    files.evaluate = write("dev" + end, TaskWriter(2).of(task, 40));
    save_encoder(folder / "encoder");
    options.config = finetune_configuration(
        task, (folder / "encoder").string(), files,
        {"epochs=4", "schedule.peak=3e-3", "layer_decay=1", "train.batch=8", "threads=1",
         "features.length=32", "features.stride=8", "device=cpu"});
    options.out = folder / "out";
  }

  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder / name) << text;
    return (folder / name).string();
  }
  FinetuningResult run() { return finetune(options, callbacks); }
  FinetuningResult resume() {
    options.start = Start::resume;
    return run();
  }
  /// Asks it to stop once so many steps have been taken in this call.
  void stop_after(Index steps) {
    const auto taken = std::make_shared<std::atomic<Index>>(0);
    callbacks.stepped = [taken](Index) { ++*taken; };
    callbacks.stop_requested = [taken, steps] { return taken->load() >= steps; };
  }
  void do_not_stop() { callbacks.stepped = {}, callbacks.stop_requested = {}; }

  TemporaryFolder folder;
  FilesConfig files;
  FinetuningOptions options;
  RunCallbacks callbacks;
};

}  // namespace electra::test
