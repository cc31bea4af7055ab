#include "verbs/finetune.h"

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "electra/core/error.h"
#include "electra/core/range.h"
#include "electra/finetune/finetuning.h"
#include "electra/io/config.h"
#include "model_options.h"
#include "output.h"
#include "support/run_talk.h"

namespace electra {

namespace {

using Json = nlohmann::ordered_json;
using enum OptionInfo::Kind;

constexpr auto options = std::to_array<OptionInfo>({
    {.name = "TASK",
     .help = "classify, multilabel, regress, tag, answer or embed",
     .required = true},
    {"--model", text, "DIR", "directory of the encoder that is trained on"},
    {"--train", text, "FILE", "labelled examples that are learned"},
    {"--eval", text, "FILE", "labelled examples that every epoch is judged by"},
    {"--out", text, "DIR", "folder of the runs, and of the model that they make", true},
    {"--text", text, "COLUMN", "the text, by name or number from 1"},
    {"--text-b", text, "COLUMN", "the second text of a pair"},
    {"--negative", text, "COLUMN", "embed: a text that does not belong"},
    {"--label", text, "COLUMN", "the label, the labels or the number"},
    {"--comments", flag, "", "tag: lines that begin with # are comments"},
    {"--epochs", integer, "N", "times that all examples are seen"},
    {"--rate", number, "R", "the largest learning rate"},
    {"--batch", integer, "N", "examples of a step"},
    {"--micro-batch", integer, "N", "examples that are computed at once (default: all)"},
    {"--length", integer, "N", "tokens of a text at most (default: 128, answer 384)"},
    {"--layer-decay", number, "D", "the rate of a layer as a share of that above it"},
    {"--layer-decay-form", text, "FORM", "standard, or reference: as in the published code", false,
     "standard reference"},
    {"--weight-decay", number, "W", "of AdamW"},
    {"--dropout", number, "P", "in the encoder and the head"},
    {"--keep", text, "WHICH", "last: the last epoch's weights; best: of the best evaluation", false,
     "last best"},
    {"--null-threshold", number, "T", "answer: above it there is none (default: what is best)"},
    {"--seed", integer, "S", "of everything that is random (default: 1)"},
    {"--seeds", integer, "K", "runs in a row, of this seed and those after it (default: 1)"},
    {"--threads", integer, "N", "of the device cpu (default: all processors)"},
    {"--device", text, "DEVICE", "auto (default): the first GPU, else the CPU; cpu, cuda, cuda:N",
     false, "auto cpu cuda"},
    {"--precision", text, "P", "f32 (default) or bf16", false, "f32 bf16"},
    {"--resume", flag, "", "go on from the newest checkpoint in --out"},
    {"--set", texts, "PATH=VALUE", "any value of the configuration; may be repeated"},
    {"--show-config", flag, "", "list every configuration value, and leave"},
    {"--rank", integer, "N", "of this process, where no launcher says so"},
    {"--world-size", integer, "N", "how many processes there are"},
    {"--local-rank", integer, "N", "of this process among its machine's"},
    {"--master", text, "HOST:PORT", "where rank 0 can be reached"},
    {"--json", flag, "", "the result as one JSON object"},
});

constexpr std::string_view forms =
    "What is not given is chosen by the task, the encoder's size and the number of examples;\n"
    "--show-config shows it. Files are tables (.tsv, .csv, .jsonl), words in columns (tag) or\n"
    "SQuAD's JSON (answer). Standard output has, between tabs, a line with the scores of each\n"
    "seed, then each score's mean and spread (the standard deviation) over seeds. --out holds the\n"
    "model of the best seed, as transformers opens it.";

constexpr std::string_view example_lines =
    "  electra finetune classify --model out/pretrain_small/discriminator --out out/sentiment \\\n"
    "    --train share/labelled/sentiment_train.tsv --eval share/labelled/sentiment_dev.tsv\n"
    "  electra finetune tag --model out/pretrain_small/discriminator --out out/places \\\n"
    "    --train share/labelled/places_train.conll --eval share/labelled/places_dev.conll";

/// Options that are values of the configuration under another name.
constexpr auto configured = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"--epochs", "epochs"},
    {"--rate", "schedule.peak"},
    {"--batch", "train.batch"},
    {"--micro-batch", "train.micro_batch"},
    {"--length", "features.length"},
    {"--layer-decay", "layer_decay"},
    {"--layer-decay-form", "layer_decay_form"},
    {"--weight-decay", "optimizer.weight_decay"},
    {"--dropout", "dropout"},
    {"--keep", "keep"},
    {"--null-threshold", "answers.null_threshold"},
    {"--seed", "seed"},
    {"--seeds", "seeds"},
    {"--threads", "threads"},
    {"--device", "device"},
    {"--precision", "precision"},
});

std::vector<std::string> assignments_of(const Arguments& arguments) {
  std::vector<std::string> all;
  for (const auto& [option, path] : configured)
    if (const auto value = arguments.given(option)) all.push_back(std::string(path) + "=" + *value);
  for (const std::string& one : arguments.texts("--set")) all.push_back(one);
  return all;
}

/// What the command line says of files over what is known of them.
FilesConfig files_of(const Arguments& arguments, FilesConfig files) {
  const auto take = [&](std::string_view option, std::string& to) {
    to = arguments.text(option, to);
  };
  take("--train", files.train);
  take("--eval", files.evaluate);
  take("--text", files.text);
  take("--text-b", files.text_b);
  take("--negative", files.negative);
  take("--label", files.label);
  files.comments = files.comments || arguments.has("--comments");
  return files;
}

FinetuneConfig new_configuration(const Arguments& arguments) {
  const std::string task = arguments.text("TASK");
  (void)task_named(task);
  for (const std::string_view option : {"--model", "--train", "--eval"})
    if (!arguments.has(option)) refuse_value(option, "a value, as nothing is resumed", "none");
  return finetune_configuration(task, arguments.text("--model"), files_of(arguments, {}),
                                assignments_of(arguments));
}

/// As the folder was made, with what the command line says; the library refuses what may not
/// change.
FinetuneConfig resumed_configuration(const Arguments& arguments) {
  FinetuneConfig config = finetune_configuration(FinetuneFolder{arguments.text("--out")});
  config.task = arguments.text("TASK");
  config.model = arguments.text("--model", config.model);
  config.files = files_of(arguments, config.files);
  for (const std::string& assignment : assignments_of(arguments))
    config = with_assignment(std::move(config), assignment);
  return config;
}

FinetuningOptions finetuning_options(const Arguments& arguments) {
  const bool resumes = arguments.has("--resume");
  FinetuningOptions of;
  of.config = resumes ? resumed_configuration(arguments) : new_configuration(arguments);
  of.out = arguments.text("--out");
  of.start = resumes ? Start::resume : Start::fresh;
  of.arguments = arguments.command();
  of.launch = discover_launch({.rank = small_integer(arguments, "--rank"),
                               .size = small_integer(arguments, "--world-size"),
                               .local_rank = small_integer(arguments, "--local-rank"),
                               .master = arguments.text("--master")});
  return of;
}

Json json_of(const SeedResult& seed) {
  Json scores = Json::object();
  for (const Score& score : seed.scores) scores[std::string(score.info->key)] = score.value;
  return {{"seed", seed.seed},
          {"scores", scores},
          {"restarts", seed.restarts},
          {"seconds", seed.seconds},
          {"tokens_per_second", seed.tokens_per_second}};
}

void print_object(const FinetuningOptions& of, const FinetuningResult& result) {
  Json object{{"task", of.config.task}, {"out", of.out.string()}, {"seeds", Json::array()}};
  for (const SeedResult& seed : result.seeds) object["seeds"].push_back(json_of(seed));
  object["scores"] = Json::object();
  for (const ScoreSummary& score : result.scores)
    object["scores"][std::string(score.info->key)] = {{"mean", score.mean},
                                                      {"spread", score.spread}};
  object["best"] = result.best;
  print_json(object);
}

/// As it is shown: shares in percent.
std::string shown(const ScoreInfo& info, double value) {
  return info.percent ? decimal_text(100 * value, 2) : decimal_text(value, 4);
}

void print_lines(const FinetuningResult& result) {
  for (const SeedResult& seed : result.seeds) {
    std::string line = "seed " + std::to_string(seed.seed);
    for (const Score& score : seed.scores)
      line += "\t" + std::string(score.info->title) + " " + shown(*score.info, score.value);
    print_line(line);
  }
  for (const ScoreSummary& score : result.scores)
    print_line(std::string(score.info->title) + "\t" + shown(*score.info, score.mean) + "\t" +
               shown(*score.info, score.spread));
}

FinetuningResult run(const FinetuningOptions& of) {
  catch_stop_signals();
  ProgressLine line;
  const FinetuningResult result = finetune(of, talk_on(line));
  line.close();
  return result;
}

int finetune_and_print(const Arguments& arguments) {
  const FinetuningOptions of = finetuning_options(arguments);
  if (arguments.has("--show-config")) {
    print_line(config_help(of.config));
    flush_results();
    return 0;
  }
  if (of.launch->leads())
    for (const std::string& warning : of.launch->warnings) say(warning);
  const FinetuningResult result = run(of);
  if (result.end == RunResult::End::interrupted) {
    const bool begun = std::filesystem::exists(FinetuneFolder{of.out}.config());
    if (of.launch->leads())
      say(begun ? "interrupted; --resume goes on from there" : "interrupted before it began");
    return code_when_stopped();
  }
  if (!of.launch->leads()) return 0;
  if (arguments.has("--json"))
    print_object(of, result);
  else
    print_lines(result);
  flush_results();
  return 0;
}

}  // namespace

Verb finetune_verb() {
  return {"finetune",    "trains an encoder on labelled examples of a task",
          options,       forms,
          example_lines, finetune_and_print};
}

}  // namespace electra
