#include "verbs/explain.h"

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/core/quantity_text.h"
#include "electra/core/range.h"
#include "electra/data/unicode.h"
#include "electra/inspect/explanation.h"
#include "electra/inspect/explanation_page.h"
#include "electra/pretrain/pretraining.h"
#include "input_lines.h"
#include "line_answers.h"
#include "line_examples.h"
#include "model_options.h"
#include "output.h"
#include "support/progress_line.h"

namespace electra {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Kind = OptionInfo::Kind;

constexpr auto options = std::to_array<OptionInfo>({
    {.name = "DIR",
     .help = "directory of a fine-tuned model or a discriminator, or folder of a pretraining run",
     .required = true},
    {.name = "FILE", .help = "a text a line (default, or -: the lines of standard input)"},
    {"--label", Kind::text, "LABEL", "of classes and tags: which one (default: what is found)"},
    {"--token", Kind::integer, "N",
     "of tags and a discriminator: at which token, [CLS] being 0 (default: all words; the token "
     "most probably replaced)"},
    {"--generator", Kind::text, "DIR",
     "what this generator proposes for each token (default: a run's own)"},
    {"--top", Kind::integer, "N", "of its proposals (default: 5)"},
    {"--attention", Kind::flag, "", "attention, too, with --json"},
    {"--html", Kind::text, "FILE", "a page with all of it; not a file that is there"},
    length_option,
    threads_option,
    json_option,
});

constexpr std::string_view forms =
    "Says how much each token adds to what the model says: the gradient of the score (the logit\n"
    "of the label, the number, start and end of the answer) by the token's word vector, times\n"
    "that vector. Lines are as predict reads them; of a discriminator a text each. Output is the\n"
    "text, what is explained and its score, then a line for each token: id, token, what it adds,\n"
    "and, of a generator, how probable it finds the token and what it proposes; or an object a\n"
    "text with --json: text, text_b, target, score, outputs, ids, tokens, attributions, "
    "generator,\n"
    "attention ([layer][head][query][key], with --attention).";

constexpr std::string_view example_lines =
    "  electra explain out/sentiment share/labelled/sentences.txt --html out/sentiment.html\n"
    "  echo \"The captain looked over the umbrella.\" | electra explain out/pretrain_small --json";

constexpr std::size_t most_on_page = 100;

Explainer open_explainer(const Arguments& arguments) {
  const PretrainFolder run(arguments.text("DIR"));
  const bool is_run = fs::exists(run.discriminator()) && fs::exists(run.generator());
  Explainer::Options asked{.threads = small_integer(arguments, "--threads").value_or(0),
                           .length = asked_length(arguments),
                           .generator = arguments.text("--generator"),
                           .candidates = arguments.integer("--top").value_or(5)};
  check_range("--top", asked.candidates, from(1));
  if (is_run && asked.generator.empty()) asked.generator = run.generator();
  return {is_run ? run.discriminator() : run.root, asked};
}

Json json_of(const TokenProposals& proposals) {
  Json candidates = Json::array();
  for (const MaskCandidate& each : proposals.candidates)
    candidates.push_back(
        {{"id", each.id}, {"token", each.token}, {"probability", each.probability}});
  return {{"probability", proposals.probability}, {"candidates", candidates}};
}

/// [layer][head][query][key].
Json json_of_attention(const Explanation& of) {
  const std::size_t tokens = of.tokens.size();
  auto row = of.attention.begin();
  Json layers = Json::array();
  for (Index layer = 0; layer < of.layers; ++layer) {
    Json heads = Json::array();
    for (Index head = 0; head < of.heads; ++head) {
      Json queries = Json::array();
      for (std::size_t query = 0; query < tokens; ++query, row += static_cast<Index>(tokens))
        queries.push_back(std::vector<float>(row, row + static_cast<Index>(tokens)));
      heads.push_back(std::move(queries));
    }
    layers.push_back(std::move(heads));
  }
  return layers;
}

void print_object(const Explanation& of, bool with_attention) {
  Json object{{"text", well_formed(of.text)}};
  if (!of.text_b.empty()) object["text_b"] = well_formed(of.text_b);
  object["target"] = of.target;
  object["score"] = of.score;
  if (!of.outputs.empty()) {
    object["outputs"] = Json::object();
    for (const auto& [name, value] : of.outputs) object["outputs"][name] = value;
  }
  object["ids"] = of.ids;
  object["tokens"] = of.tokens;
  object["attributions"] = of.attributions;
  if (!of.proposals.empty()) {
    object["generator"] = Json::array();
    for (const TokenProposals& each : of.proposals) object["generator"].push_back(json_of(each));
  }
  if (with_attention) object["attention"] = json_of_attention(of);
  if (of.left_out > 0) object["left_out"] = of.left_out;
  print_json(object);
}

void print_table(const Explanation& of) {
  print_line(text_cell(of.text) + (of.text_b.empty() ? "" : "\t" + text_cell(of.text_b)));
  print_line(text_cell(of.target) + "\t" + decimal_text(of.score, 4));
  for (std::size_t i = 0; i < of.tokens.size(); ++i) {
    std::string line = std::to_string(of.ids[i]) + "\t" + text_cell(of.tokens[i]) + "\t" +
                       decimal_text(of.attributions[i], 4);
    if (!of.proposals.empty() && !of.proposals[i].candidates.empty()) {
      line += "\t" + decimal_text(of.proposals[i].probability, 4) + "\t";
      for (const MaskCandidate& each : of.proposals[i].candidates)
        line += (&each == of.proposals[i].candidates.data() ? "" : " ") + text_cell(each.token);
    }
    print_line(line);
  }
}

/// What explains a line, or several.
struct Ask {
  Explainer& explainer;
  ExplainedTarget target;

  Explanation operator()(const std::string& line) const {
    const TaskInfo* task = explainer.task();
    const TaskKind kind = task == nullptr ? TaskKind::classify : task->kind;
    const bool pairs = task != nullptr && explainer.head().pairs;
    return explainer.explain(example_of_line(kind, pairs, line, 0), target);
  }
  std::vector<Explanation> operator()(std::span<const std::string> lines) const {
    std::vector<Explanation> all;
    for (const std::string& line : lines) all.push_back((*this)(line));
    return all;
  }
};

void write_page(const std::string& page, const std::string& model,
                const std::vector<Explanation>& explanations, std::size_t all) {
  write_file(page, explanation_html(model, explanations));
  say(page + ": " + count_text(std::ssize(explanations)) + " of " +
      count_text(static_cast<Index>(all)) + " texts");
}

int explain(const Arguments& arguments) {
  const std::string path = arguments.text("FILE", "-"), page = arguments.text("--html");
  if (!page.empty() && fs::exists(page))
    throw ConfigError(page + ": there is a file already; choose another name");
  const bool json = arguments.has("--json"), with_attention = arguments.has("--attention");
  if (with_attention && !json) throw ConfigError("--attention: expected --json beside it");
  Explainer explainer = open_explainer(arguments);
  const Ask ask{explainer,
                {.label = arguments.text("--label"), .token = arguments.integer("--token")}};
  LineAnswers answers({.who = "electra explain",
                       .file = input_name(path),
                       .json = json,
                       .form = LineAnswers::Form::block});
  std::vector<Explanation> on_page;
  std::size_t all = 0;
  const auto print = [&](const Explanation& found, const std::string&) {
    if (json)
      print_object(found, with_attention);
    else
      print_table(found);
    if (!page.empty() && ++all <= most_on_page) on_page.push_back(found);
  };
  for_input_lines(path,
                  [&](std::span<const std::string> lines) { answers.add(lines, ask, print); });
  if (!page.empty()) write_page(page, arguments.text("DIR"), on_page, all);
  return answers.finish();
}

}  // namespace

Verb explain_verb() {
  return {"explain", "which tokens a model's answer comes from", options, forms, example_lines,
          explain};
}

}  // namespace electra
