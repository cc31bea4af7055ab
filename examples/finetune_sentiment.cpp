/// Makes a model of sentiment of an encoder, says how good it is on texts that it has not seen, and
/// uses it.
///
///   finetune_sentiment MODEL --out DIR ["The soup was cold, again." …]
///   finetune_sentiment MODEL --out DIR --set seeds=3 --set epochs=5
///
/// DIR is then a model for electra::Classifier, `electra predict` and transformers.
/// docs/applications.md has the data and figures.

#include "application.h"
#include "electra/finetune/finetuning.h"
#include "electra/infer/classifier.h"
#include "support/run_talk.h"

namespace {

using namespace electra;

struct Options {
  std::string model, out = "out/sentiment";
  FilesConfig files;
  std::vector<std::string> assignments;
  std::vector<std::string> texts{"What a lovely day.", "The soup was cold, again.",
                                 "I have had worse evenings, but not many."};
};

void add_options(CLI::App& app, Options& options) {
  app.add_option("model", options.model, "Hugging Face directory of an encoder")->required();
  app.add_option("text", options.texts, "texts to be judged at the end (default: three)");
  app.add_option("--train", options.files.train, "table of sentence and label to learn from");
  app.add_option("--eval", options.files.evaluate, "table that every epoch is judged by");
  app.add_option("--out", options.out, "folder of the model")->capture_default_str();
  app.add_option("--set", options.assignments,
                 "path=value of fine-tuning, such as seeds=3 or threads=1; may be repeated")
      ->allow_extra_args(false);
}

int run(const Options& options) {
  FinetuningOptions finetuning{.out = options.out};
  finetuning.config =
      finetune_configuration("classify", options.model, options.files, options.assignments);
  ProgressLine line;
  catch_stop_signals();
  const FinetuningResult result = finetune(finetuning, talk_on(line));
  line.close();
  if (result.end == RunResult::End::interrupted) {
    say("interrupted; electra finetune classify --out " + options.out + " --resume goes on");
    return 128 + signal_received;
  }
  std::printf("seeds\t%zu\n", result.seeds.size());
  for (const ScoreSummary& score : result.scores)
    std::printf("%s\t%.1f\t± %.1f %%\n", std::string(score.info->title).c_str(), 100 * score.mean,
                100 * score.spread);

  const Classifier classifier(options.out, {.length = LongText::truncate});
  const std::vector<ClassifiedText> found = classifier.classify(options.texts);
  for (std::size_t i = 0; i < found.size(); ++i)
    std::printf("%s\t%.2f\t%s\n", found[i].name.c_str(), found[i].probability,
                options.texts[i].c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  options.files.train = bundled("sentiment_train.tsv");
  options.files.evaluate = bundled("sentiment_dev.tsv");
  CLI::App app("Fine-tunes an encoder to tell praise from blame, and uses it",
               "finetune_sentiment");
  add_options(app, options);
  return run_application(app, argc, argv, [&] { return run(options); });
}
