#include "verbs/fill.h"

#include <array>
#include <nlohmann/json.hpp>

#include "electra/core/error.h"
#include "electra/core/range.h"
#include "electra/data/unicode.h"
#include "electra/infer/masked_language_model.h"
#include "input_lines.h"
#include "line_answers.h"
#include "model_options.h"
#include "output.h"
#include "token_output.h"

namespace electra {

namespace {

using Json = nlohmann::ordered_json;
using Kind = OptionInfo::Kind;

constexpr auto options = std::to_array<OptionInfo>({
    {.name = "DIR", .help = "directory of a generator", .required = true},
    {.name = "FILE",
     .help = "a text with [MASK] a line (default, or -: the lines of standard input)"},
    {"--top", Kind::integer, "N", "tokens that are proposed for each [MASK] (default: 5)"},
    length_option,
    device_option,
    threads_option,
    precision_option,
    json_option,
});

constexpr std::string_view forms =
    "Output is the text, then a line for each token that may stand in the place of a [MASK], the\n"
    "most probable first: id, token (## before one that goes on with a word), span of the [MASK] "
    "in\n"
    "code points of the text, probability among all tokens; or an object a text with --json: "
    "text,\n"
    "masks of span, byte_span and candidates. A line of a pipe is answered as soon as it has "
    "come.\n"
    "A text without [MASK], or that cannot be answered, has an error in its place: it is named on\n"
    "standard error, and the exit code is 1.";

constexpr std::string_view example_lines =
    "  echo \"She looked at the [MASK] and smiled.\" | electra fill out/pretrain_small/generator\n"
    "  echo \"It was a [MASK] [MASK].\" | electra fill out/pretrain_small/generator --top 3 --json";

/// Throws InputError for a text that asks for nothing.
void check_masks(const FilledText& found) {
  if (!found.masks.empty()) return;
  throw InputError(found.left_out > 0
                       ? "expected [MASK] among the tokens that the model reads, found none"
                       : "expected a text with [MASK], found none");
}

Json json_of(const FilledMask& mask) {
  Json object{{"span", electra::json_of(mask.span)},
              {"byte_span", electra::json_of(mask.byte_span)},
              {"candidates", Json::array()}};
  for (const MaskCandidate& each : mask.candidates)
    object["candidates"].push_back(
        {{"id", each.id}, {"token", each.token}, {"probability", each.probability}});
  return object;
}

void print_object(const FilledText& found) {
  Json object{{"text", well_formed(found.text)}, {"masks", Json::array()}};
  for (const FilledMask& mask : found.masks) object["masks"].push_back(json_of(mask));
  if (found.left_out > 0) object["left_out"] = found.left_out;
  print_json(object);
}

void print_table(const FilledText& found) {
  print_line(found.text);
  for (const FilledMask& mask : found.masks)
    for (const MaskCandidate& each : mask.candidates)
      print_token_row(each.id, each.token, mask.span, each.probability);
}

int fill(const Arguments& arguments) {
  const std::string path = arguments.text("FILE", "-");
  const Index top = arguments.integer("--top").value_or(5);
  check_range("--top", top, from(1));
  const auto model =
      open_model<MaskedLanguageModel>(arguments.text("DIR"), inference_options(arguments));
  const bool json = arguments.has("--json");
  LineAnswers answers({.who = "electra fill",
                       .file = input_name(path),
                       .json = json,
                       .form = LineAnswers::Form::block});
  const auto ask = [&](const auto& texts) { return model.fill(texts, top); };
  const auto print = [&](const FilledText& found, const std::string&) {
    check_masks(found);
    (json ? print_object : print_table)(found);
  };
  for_input_lines(path,
                  [&](std::span<const std::string> lines) { answers.add(lines, ask, print); });
  return answers.finish();
}

}  // namespace

Verb fill_verb() {
  return {"fill", "tokens that may stand where a text has [MASK]", options, forms, example_lines,
          fill};
}

}  // namespace electra
