#include "verbs/evaluate.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "electra/core/error.h"
#include "electra/core/range.h"
#include "electra/tasks/scores.h"
#include "labelled_data.h"
#include "model_options.h"
#include "output.h"
#include "support/progress_line.h"
#include "verbs/evaluate_blimp.h"
#include "verbs/evaluate_pretrained.h"

namespace electra {

namespace {

using Json = nlohmann::ordered_json;
using Kind = OptionInfo::Kind;

constexpr auto options = std::to_array<OptionInfo>({
    {.name = "TASK",
     .help = "classify, multilabel, regress, tag, answer or embed: the model's; or blimp, or "
             "pretrained",
     .required = true,
     .choices = "classify multilabel regress tag answer embed blimp pretrained"},
    {"--model", Kind::text, "DIR",
     "directory of a fine-tuned model; of blimp, of a generator or a discriminator; of "
     "pretrained, folder of a run",
     true},
    {"--data", Kind::text, "FILE",
     "labelled examples; of blimp, minimal pairs; of pretrained, a text or a folder of texts",
     true},
    {"--against", Kind::text, "DIR", "another model of the task, for a comparison"},
    text_option,
    text_b_option,
    label_option,
    comments_option,
    rounds_option,
    seed_option,
    every_option,
    length_option,
    device_option,
    threads_option,
    precision_option,
    {"--json", Kind::flag, "", "everything as one JSON object"},
});

constexpr std::string_view forms =
    "Prints every score with an interval that holds 95 % of what other samples of examples would\n"
    "give (percentile bootstrap), precision, recall, F1 and number of each label, and how often\n"
    "each label was taken for which. With --against: what --model scores more on the same\n"
    "examples, with the interval of the difference and the share of samples in which it is not\n"
    "better (paired bootstrap). Cells stand between tabs.\n"
    "\n"
    "blimp: how often the model finds the good sentence of a minimal pair likelier than the bad\n"
    "one, in percent, by phenomenon, then the means of all phenomena and of all paradigms. A tie\n"
    "counts half. FILE has a heading and the columns paradigm, phenomenon, good and bad.\n"
    "\n"
    "pretrained: the figures of a run's own evaluations, of its generator and discriminator, on\n"
    "every document of another text. The folder is only read.";

constexpr std::string_view example_lines =
    "  electra evaluate classify --model out/sentiment --data share/labelled/sentiment_dev.tsv\n"
    "  electra evaluate tag --model out/places --data share/labelled/places_dev.conll --json";

/// What is to be printed.
struct Evaluation {
  const TaskInfo* task = nullptr;
  Index examples = 0, cut = 0;
  std::vector<std::string> labels;
  std::vector<ScoreInterval> scores;
  std::vector<LabelScore> by_label;
  std::vector<Index> confusion;  // [labels, labels]
  std::string against;           // the other model; empty: none
  std::vector<ScoreDifference> differences;
};

void compare(const Arguments& arguments, const Predictor& predictor, const Scored& scored,
             Evaluation& result) {
  result.against = arguments.text("--against");
  const Predictor other = open_predictor(result.against, arguments);
  check_task(other, std::string(predictor.task().name), result.against);
  if (other.labels().names() != predictor.labels().names())
    throw IoError(result.against + ": expected the labels of " + arguments.text("--model") +
                  " in their order, found others");
  check_pairs(other, scored.examples, result.against);
  const Bootstrap bootstrap = bootstrap_of(arguments);
  result.differences = score_differences(scored, predict_all(other, scored.examples),
                                         bootstrap.rounds, bootstrap.seed);
}

Evaluation evaluation(const Arguments& arguments) {
  const Predictor predictor = open_predictor(arguments.text("--model"), arguments);
  check_task(predictor, arguments.text("TASK"), arguments.text("--model"));
  const Examples found = read_examples(arguments, predictor);
  const std::vector<Prediction> predictions = predict_all(predictor, found);
  const Scored scored{.task = predictor.task().kind,
                      .examples = found,
                      .labels = predictor.labels(),
                      .predictions = predictions};
  const Bootstrap bootstrap = bootstrap_of(arguments);
  Evaluation result{.task = &predictor.task(),
                    .examples = std::ssize(found.rows),
                    .cut = predictor.cut(found),
                    .labels = predictor.labels().names(),
                    .scores = score_intervals(scored, bootstrap.rounds, bootstrap.seed),
                    .by_label = label_scores(scored),
                    .confusion = confusion(scored),
                    .against = {},
                    .differences = {}};
  if (arguments.has("--against")) compare(arguments, predictor, scored, result);
  return result;
}

Json json_of(const std::vector<LabelScore>& scores) {
  Json all = Json::array();
  for (const LabelScore& score : scores)
    all.push_back({{"label", score.label},
                   {"precision", score.precision},
                   {"recall", score.recall},
                   {"f1", score.f1},
                   {"support", score.support}});
  return all;
}

/// Rows by the right label.
Json json_of_confusion(const Evaluation& of) {
  Json rows = Json::array();
  const std::size_t labels = of.labels.size();
  for (std::size_t i = 0; i < labels; ++i)
    rows.push_back(
        std::vector<Index>(of.confusion.begin() + static_cast<std::ptrdiff_t>(i * labels),
                           of.confusion.begin() + static_cast<std::ptrdiff_t>((i + 1) * labels)));
  return {{"labels", of.labels}, {"counts", rows}};
}

void print_object(const Evaluation& of) {
  Json object{{"task", of.task->name}, {"scores", Json::object()}};
  for (const ScoreInterval& one : of.scores)
    object["scores"][std::string(one.score.info->key)] = {
        {"value", one.score.value}, {"low", one.low}, {"high", one.high}};
  object["examples"] = of.examples;
  object["cut"] = of.cut;
  if (!of.by_label.empty()) object["labels"] = json_of(of.by_label);
  if (!of.confusion.empty()) object["confusion"] = json_of_confusion(of);
  if (!of.against.empty()) {
    Json scores = Json::object();
    for (const ScoreDifference& one : of.differences)
      scores[std::string(one.score.info->key)] = {
          {"difference", one.score.value}, {"low", one.low}, {"high", one.high}, {"p", one.p}};
    object["against"] = {{"model", of.against}, {"scores", scores}};
  }
  print_json(object);
}

void print_confusion(const Evaluation& of) {
  std::string heading = "right \\ found";
  for (const std::string& label : of.labels) heading += "\t" + text_cell(label);
  print_line(heading);
  for (std::size_t i = 0; i < of.labels.size(); ++i) {
    std::string row = text_cell(of.labels[i]);
    for (std::size_t j = 0; j < of.labels.size(); ++j)
      row += "\t" + std::to_string(of.confusion[i * of.labels.size() + j]);
    print_line(row);
  }
}

void print_tables(const Evaluation& of) {
  print_line("score\tvalue\tlow\thigh");
  for (const ScoreInterval& one : of.scores) {
    const ScoreInfo& info = *one.score.info;
    print_line(std::string(info.title) + "\t" + shown(info, one.score.value) + "\t" +
               shown(info, one.low) + "\t" + shown(info, one.high));
  }
  if (!of.by_label.empty()) print_line("\nlabel\tprecision\trecall\tF1\tnumber");
  for (const LabelScore& one : of.by_label)
    print_line(text_cell(one.label) + "\t" + decimal_text(100 * one.precision, 2) + "\t" +
               decimal_text(100 * one.recall, 2) + "\t" + decimal_text(100 * one.f1, 2) + "\t" +
               std::to_string(one.support));
  if (!of.confusion.empty()) {
    print_line("");
    print_confusion(of);
  }
  if (of.against.empty()) return;
  print_line("\nmore than " + of.against + "\tdifference\tlow\thigh\tp");
  for (const ScoreDifference& one : of.differences) {
    const ScoreInfo& info = *one.score.info;
    print_line(std::string(info.title) + "\t" + shown(info, one.score.value) + "\t" +
               shown(info, one.low) + "\t" + shown(info, one.high) + "\t" + decimal_text(one.p, 4));
  }
}

int evaluate(const Arguments& arguments) {
  if (arguments.text("TASK") == "blimp") return evaluate_blimp(arguments);
  if (arguments.text("TASK") == "pretrained") return evaluate_pretrained(arguments);
  if (const auto every = arguments.given("--every"))
    refuse_value("--every", "none but of blimp", *every);
  const Evaluation result = evaluation(arguments);
  if (result.cut > 0)
    say(std::to_string(result.cut) + " of " + std::to_string(result.examples) +
        " examples are longer than the model reads, and were cut");
  if (arguments.has("--json"))
    print_object(result);
  else
    print_tables(result);
  flush_results();
  return 0;
}

}  // namespace

Verb evaluate_verb() {
  return {"evaluate", "scores of a model on labelled examples", options, forms, example_lines,
          evaluate};
}

}  // namespace electra
