#include "verbs/detect.h"

#include <array>
#include <nlohmann/json.hpp>

#include "electra/data/unicode.h"
#include "electra/infer/detector.h"
#include "input_lines.h"
#include "line_answers.h"
#include "model_options.h"
#include "output.h"
#include "token_output.h"

namespace electra {

namespace {

constexpr auto options = std::to_array<OptionInfo>({
    {.name = "DIR", .help = "directory of a discriminator", .required = true},
    {.name = "FILE", .help = "a text a line (default, or -: the lines of standard input)"},
    plain_option,
    length_option,
    device_option,
    threads_option,
    precision_option,
    json_option,
});

constexpr std::string_view forms =
    "Output is the text, then a line for each of its tokens, [CLS] and [SEP] included: id, token,\n"
    "span in code points of the text, the probability that it was replaced; or an object a text\n"
    "with --json: text, ids, tokens, probabilities, spans, byte_spans. A line of a pipe is\n"
    "answered as soon as it has come. What cannot be answered has an error in its place: it is\n"
    "named on standard error, and the exit code is 1.";

constexpr std::string_view example_lines =
    "  electra detect out/pretrain_small/discriminator share/labelled/sentences.txt --json\n"
    "  echo \"The captain looked over the umbrella.\" | electra detect "
    "out/pretrain_small/discriminator";

void print_object(const Detection& found) {
  nlohmann::ordered_json object{
      {"text", well_formed(found.text)}, {"ids", found.ids},
      {"tokens", found.tokens},          {"probabilities", found.probabilities},
      {"spans", json_of(found.spans)},   {"byte_spans", json_of(found.byte_spans)}};
  if (found.left_out > 0) object["left_out"] = found.left_out;
  print_json(object);
}

void print_table(const Detection& found) {
  print_line(found.text);
  for (std::size_t i = 0; i < found.ids.size(); ++i)
    print_token_row(found.ids[i], found.tokens[i], found.spans[i], found.probabilities[i]);
}

int detect(const Arguments& arguments) {
  const std::string path = arguments.text("FILE", "-");
  InferenceOptions asked = inference_options(arguments);
  asked.match_added_tokens = !arguments.has("--plain");
  const auto detector = open_model<Detector>(arguments.text("DIR"), asked);
  const bool json = arguments.has("--json");
  LineAnswers answers({.who = "electra detect",
                       .file = input_name(path),
                       .json = json,
                       .form = LineAnswers::Form::block});
  const auto ask = [&](const auto& texts) { return detector.detect(texts); };
  const auto print = [&](const Detection& found, const std::string&) {
    (json ? print_object : print_table)(found);
  };
  for_input_lines(path,
                  [&](std::span<const std::string> lines) { answers.add(lines, ask, print); });
  return answers.finish();
}

}  // namespace

Verb detect_verb() {
  return {"detect", "how probably each token of a text was replaced", options, forms, example_lines,
          detect};
}

}  // namespace electra
