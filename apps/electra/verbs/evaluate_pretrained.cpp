#include "verbs/evaluate_pretrained.h"

#include <nlohmann/json.hpp>

#include "electra/core/error.h"
#include "electra/core/quantity_text.h"
#include "electra/pretrain/pair_evaluation.h"
#include "labelled_data.h"
#include "model_options.h"
#include "output.h"
#include "support/progress_line.h"
#include "support/stop_signals.h"

namespace electra {

namespace {

using Json = nlohmann::ordered_json;

PairEvaluation evaluated(const Arguments& arguments) {
  const InferenceOptions asked = inference_options(arguments);
  const auto context = Context::create(asked.device, {.threads = asked.threads});
  return evaluate_pair(arguments.text("--model"), arguments.text("--data"), *context,
                       {.say = say, .stop_requested = [] { return signal_received != 0; }});
}

void print_object(const PairEvaluation& of) {
  Json scores = Json::object();
  for (std::size_t i = 0; i < of.values.figures().size(); ++i)
    if (const auto value = of.values.at(i))
      scores[std::string(of.values.figures()[i].key)] = {{"value", *value}};
  print_json({{"task", "pretrained"},
              {"scores", scores},
              {"documents", of.documents},
              {"tokens", of.tokens}});
}

void print_table(const PairEvaluation& of) {
  for (std::size_t i = 0; i < of.values.figures().size(); ++i) {
    const Figure& figure = of.values.figures()[i];
    const auto value = of.values.at(i);
    if (!value || figure.title.empty()) continue;
    print_line(std::string(figure.title) + "\t" +
               (figure.style == Figure::Style::percent ? decimal_text(100 * *value, 1) + " %"
                                                       : decimal_text(*value, 3)));
  }
}

}  // namespace

int evaluate_pretrained(const Arguments& arguments) {
  refuse_labelled_options(arguments, "pretrained");
  for (const std::string option : {"--every", "--length", "--precision"})
    if (const auto value = arguments.given(option))
      refuse_value(option, "none of pretrained, which takes the run's", *value);
  catch_stop_signals();
  try {
    const PairEvaluation found = evaluated(arguments);
    say(count_text(found.documents) + " documents of " + count_text(found.tokens) + " tokens");
    if (arguments.has("--json"))
      print_object(found);
    else
      print_table(found);
  } catch (const Interrupted&) {
    say("interrupted");
    return 128 + signal_received;
  }
  flush_results();
  return 0;
}

}  // namespace electra
