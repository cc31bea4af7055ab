#include "verbs/score.h"

#include <array>
#include <nlohmann/json.hpp>

#include "electra/data/unicode.h"
#include "electra/infer/sentence_scorer.h"
#include "input_lines.h"
#include "line_answers.h"
#include "model_options.h"
#include "output.h"
#include "token_output.h"

namespace electra {

namespace {

using Json = nlohmann::ordered_json;

constexpr auto options = std::to_array<OptionInfo>({
    {.name = "DIR", .help = "directory of a generator or a discriminator", .required = true},
    {.name = "FILE", .help = "a text a line (default, or -: the lines of standard input)"},
    length_option,
    device_option,
    threads_option,
    precision_option,
    json_option,
});

constexpr std::string_view forms =
    "A score is a sum over a text's tokens, without [CLS] and [SEP], in nats: of a generator the\n"
    "log-probability of each token where it alone is masked (pseudo-log-likelihood; a text of n\n"
    "tokens is read n times), of a discriminator log(1 - p) of each, p that of having been\n"
    "replaced. Of two texts that say nearly the same the higher is the likelier; scores of two\n"
    "models are not comparable.\n"
    "\n"
    "Output is a line for each: score, number of tokens, text, between tabs; or an object each\n"
    "with --json: text, score, count, method, ids, tokens, token_scores, spans, byte_spans. A "
    "line\n"
    "of a pipe is answered as soon as it has come. What cannot be answered is \"error\", why, "
    "line:\n"
    "it is named on standard error, and the exit code is 1.";

constexpr std::string_view example_lines =
    "  electra score out/pretrain_small/discriminator share/labelled/sentences.txt\n"
    "  printf 'the dogs bark\\nthe dogs barks\\n' | electra score out/pretrain_small/generator "
    "--json";

Json tokens_of(const Wordpiece& wordpiece, const SentenceScore& found) {
  Json tokens = Json::array();
  for (const std::int32_t id : found.ids) tokens.push_back(wordpiece.token(id));
  return tokens;
}

void print_object(const SentenceScorer& scorer, const SentenceScore& found,
                  const std::string& text) {
  const bool by_generator = scorer.method() == SentenceScorer::Method::generator;
  Json object{{"text", well_formed(text)},
              {"score", found.score},
              {"count", found.ids.size()},
              {"method", by_generator ? "generator" : "discriminator"},
              {"ids", found.ids},
              {"tokens", tokens_of(scorer.engine().wordpiece(), found)},
              {"token_scores", found.token_scores},
              {"spans", json_of(found.spans)},
              {"byte_spans", json_of(found.byte_spans)}};
  if (found.left_out > 0) object["left_out"] = found.left_out;
  print_json(object);
}

int score(const Arguments& arguments) {
  const std::string path = arguments.text("FILE", "-");
  const auto scorer =
      open_model<SentenceScorer>(arguments.text("DIR"), inference_options(arguments));
  const bool json = arguments.has("--json");
  LineAnswers answers({.who = "electra score", .file = input_name(path), .json = json});
  const auto ask = [&](const auto& texts) { return scorer.score(texts); };
  const auto print = [&](const SentenceScore& found, const std::string& text) {
    if (json) return print_object(scorer, found, text);
    print_line(decimal_text(found.score, 4) + "\t" + std::to_string(found.ids.size()) + "\t" +
               text_cell(text));
  };
  for_input_lines(path,
                  [&](std::span<const std::string> lines) { answers.add(lines, ask, print); });
  return answers.finish();
}

}  // namespace

Verb score_verb() {
  return {"score",       "how likely texts are, to a generator or a discriminator",
          options,       forms,
          example_lines, score};
}

}  // namespace electra
