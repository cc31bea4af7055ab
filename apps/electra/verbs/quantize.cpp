#include "verbs/quantize.h"

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>

#include "electra/core/instruction_set.h"
#include "electra/tasks/scores.h"
#include "labelled_data.h"
#include "model_options.h"
#include "output.h"
#include "support/progress_line.h"

namespace electra {

namespace {

using Json = nlohmann::ordered_json;
using Kind = OptionInfo::Kind;
using Clock = std::chrono::steady_clock;

constexpr auto options = std::to_array<OptionInfo>({
    model_option,
    data_option,
    text_option,
    text_b_option,
    label_option,
    comments_option,
    rounds_option,
    seed_option,
    length_option,
    threads_option,
    {"--json", Kind::flag, "", "everything as one JSON object"},
});

constexpr std::string_view forms =
    "Weights are rounded whenever a model is opened with --precision bf16 or int8: there is no\n"
    "other file to make. This says what that costs on a CPU with data like yours: for f32, bf16\n"
    "and int8 the bytes of all weights and the examples a second, each score, and what it gains\n"
    "over f32 on the same examples, with an interval that holds 95 % of what other samples\n"
    "would give (paired bootstrap). Cells stand between tabs.";

constexpr std::string_view example_lines =
    "  electra quantize --model out/sentiment --data share/labelled/sentiment_dev.tsv\n"
    "  electra quantize --model out/places --data share/labelled/places_dev.conll --json";

/// What a model says in one precision, and at what price.
struct Trial {
  InferencePrecision asked = InferencePrecision::f32, computed = InferencePrecision::f32;
  Index weights = 0;  // bytes
  double seconds = 0;
  std::vector<Prediction> predictions;
  std::vector<Score> scores;
  std::vector<ScoreDifference> gains;  // over f32; of f32 none
};

/// Opens the model, has it say something of each example, and closes it.
class Trials {
 public:
  explicit Trials(const Arguments& arguments) : arguments_(arguments) {
    for (std::size_t i = 0; i < enum_names(InferencePrecision{}).size(); ++i)
      add(static_cast<InferencePrecision>(i));
  }

  [[nodiscard]] const std::vector<Trial>& all() const { return trials_; }
  [[nodiscard]] const TaskInfo& task() const { return *task_; }
  [[nodiscard]] std::size_t examples() const { return examples_->rows.size(); }

 private:
  void add(InferencePrecision precision) {
    const Predictor predictor = open_predictor(
        arguments_.text("--model"), {.threads = small_integer(arguments_, "--threads").value_or(0),
                                     .precision = precision,
                                     .positions = asked_length(arguments_)});
    Trial& trial = trials_.emplace_back();
    trial.weights = predictor.engine().weight_bytes();
    trial.asked = precision;
    trial.computed = predictor.engine().precision();
    if (!examples_) examples_ = read_examples(arguments_, predictor);
    task_ = &predictor.task();
    const auto begin = Clock::now();
    trial.predictions = predict_all(predictor, *examples_);
    trial.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    const Scored scored{.task = predictor.task().kind,
                        .examples = *examples_,
                        .labels = predictor.labels(),
                        .predictions = trial.predictions};
    trial.scores = scores(scored);
    if (precision == InferencePrecision::f32) return;
    const Bootstrap bootstrap = bootstrap_of(arguments_);
    trial.gains =
        score_differences(scored, trials_.front().predictions, bootstrap.rounds, bootstrap.seed);
  }

  const Arguments& arguments_;
  std::optional<Examples> examples_;
  const TaskInfo* task_ = nullptr;
  std::vector<Trial> trials_;
};

std::string name_of(InferencePrecision precision) {
  return std::string(enum_names(precision)[static_cast<std::size_t>(precision)]);
}

double rate(const Trials& trials, const Trial& trial) {
  return static_cast<double>(trials.examples()) / trial.seconds;
}

void print_object(const Trials& trials) {
  Json object{{"task", trials.task().name},
              {"examples", trials.examples()},
              {"isa", to_string(instruction_set())},
              {"precisions", Json::array()}};
  for (const Trial& trial : trials.all()) {
    Json one{{"precision", name_of(trial.asked)},
             {"computed", name_of(trial.computed)},
             {"weight_bytes", trial.weights},
             {"examples_per_second", rate(trials, trial)},
             {"scores", Json::object()}};
    for (const Score& score : trial.scores)
      one["scores"][std::string(score.info->key)] = {{"value", score.value}};
    for (const ScoreDifference& gain : trial.gains) {
      Json& score = one["scores"][std::string(gain.score.info->key)];
      score["gain"] = gain.score.value;
      score["low"] = gain.low;
      score["high"] = gain.high;
    }
    object["precisions"].push_back(std::move(one));
  }
  print_json(object);
}

void print_tables(const Trials& trials) {
  print_line("precision\tcomputed in\tMB of weights\texamples/s");
  for (const Trial& trial : trials.all())
    print_line(name_of(trial.asked) + "\t" + name_of(trial.computed) + "\t" +
               decimal_text(static_cast<double>(trial.weights) / 1e6, 1) + "\t" +
               decimal_text(rate(trials, trial), 1));
  print_line("\nprecision\tscore\tvalue\tover f32\tlow\thigh");
  for (const Trial& trial : trials.all())
    for (std::size_t i = 0; i < trial.scores.size(); ++i) {
      const ScoreInfo& info = *trial.scores[i].info;
      std::string line = name_of(trial.asked) + "\t" + std::string(info.title) + "\t" +
                         shown(info, trial.scores[i].value);
      if (!trial.gains.empty()) {
        const ScoreDifference& gain = trial.gains[i];
        line += "\t" + shown(info, gain.score.value) + "\t" + shown(info, gain.low) + "\t" +
                shown(info, gain.high);
      }
      print_line(line);
    }
}

int quantize(const Arguments& arguments) {
  const Trials trials(arguments);
  if (arguments.has("--json"))
    print_object(trials);
  else
    print_tables(trials);
  flush_results();
  return 0;
}

}  // namespace

Verb quantize_verb() {
  return {"quantize",    "what smaller weights cost on labelled examples",
          options,       forms,
          example_lines, quantize};
}

}  // namespace electra
