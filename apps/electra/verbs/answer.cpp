#include "verbs/answer.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/core/range.h"
#include "electra/data/unicode.h"
#include "electra/infer/question_answerer.h"
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
    {.name = "DIR", .help = "directory of a model that answers", .required = true},
    {.name = "PASSAGE", .help = "file of the passage that has the answers", .required = true},
    {.name = "QUESTION", .help = "what is asked (default, or -: each line of standard input)"},
    {"--top", Kind::integer, "N", "the best answers, so many (default: 1)"},
    length_option,
    device_option,
    threads_option,
    precision_option,
    json_option,
});

constexpr std::string_view forms =
    "The whole file is one passage, read in windows if it is long; predict answers questions that\n"
    "have a passage each. Output is a line for each answer, the best first: score, span in code\n"
    "points of the passage, the answer, between tabs; an empty line after each question but the\n"
    "last. Where the passage has no answer, 0-0 and an empty one come first. Or an object a\n"
    "question with --json: question, answer, span, byte_span, score, null_score, and answers of\n"
    "text, span, byte_span and score. What cannot be answered is \"error\", why, question: it is\n"
    "named on standard error, and the exit code is 1.";

constexpr std::string_view example_lines =
    "  electra answer out/answers share/labelled/sentences.txt \"When does the train leave?\"\n"
    "  echo \"Who repaired the clock?\" | electra answer out/answers share/labelled/sentences.txt "
    "--top 3 --json";

Json json_of(const AnswerSpan& answer) {
  return {{"text", well_formed(answer.text)},
          {"span", electra::json_of(answer.span)},
          {"byte_span", electra::json_of(answer.byte_span)},
          {"score", answer.score}};
}

void print_object(const Answer& found, const std::string& question) {
  Json object{{"question", well_formed(question)}, {"answer", well_formed(found.best.text)},
              {"span", json_of(found.best.span)},  {"byte_span", json_of(found.best.byte_span)},
              {"score", found.best.score},         {"null_score", found.null_score},
              {"answers", Json::array()}};
  for (const AnswerSpan& each : found.answers) object["answers"].push_back(json_of(each));
  print_json(object);
}

void print_row(double score, const AnswerSpan& answer) {
  print_line(decimal_text(score, 4) + "\t" + std::to_string(answer.span.begin) + "-" +
             std::to_string(answer.span.end) + "\t" + text_cell(answer.text));
}

/// At most `top` of them, one that there is no answer included.
void print_rows(const Answer& found, std::size_t top) {
  if (!found.is_there) print_row(found.null_score, {});
  const std::size_t spans = std::min(found.answers.size(), top - (found.is_there ? 0 : 1));
  for (std::size_t i = 0; i < spans; ++i) print_row(found.answers[i].score, found.answers[i]);
}

/// The whole passage.
std::string passage_of(const std::string& path, const std::string& question) {
  if (path == "-" && question == "-")
    throw ConfigError("PASSAGE and QUESTION cannot both be standard input");
  return read_file(path == "-" ? "/dev/stdin" : path);
}

/// Asks one passage.
struct Asker {
  const QuestionAnswerer& answerer;
  const std::string& passage;
  Index most;

  std::vector<Answer> operator()(std::span<const std::string> questions) const {
    std::vector<Question> all;
    for (const std::string& question : questions) all.push_back({question, passage});
    return answerer.answer(all, most);
  }
  Answer operator()(const std::string& question) const {
    return answerer.answer(question, passage, most);
  }
};

/// Long passages are read in windows.
InferenceOptions options_of(const Arguments& arguments) {
  InferenceOptions asked = inference_options(arguments);
  asked.length = LongText::windows;
  return asked;
}

int answer(const Arguments& arguments) {
  const std::string question = arguments.text("QUESTION", "-");
  const Index top = arguments.integer("--top").value_or(1);
  check_range("--top", top, from(1));
  const std::string passage = passage_of(arguments.text("PASSAGE"), question);
  const auto answerer = open_model<QuestionAnswerer>(arguments.text("DIR"), options_of(arguments));
  const bool json = arguments.has("--json");
  LineAnswers answers({.who = "electra answer",
                       .file = question == "-" ? input_name(question) : "QUESTION",
                       .json = json,
                       .key = "question"});
  const Asker ask{answerer, passage, top};
  bool is_first = true;
  const auto print = [&](const Answer& found, const std::string& line) {
    if (json) return print_object(found, line);
    if (!std::exchange(is_first, false)) print_line("");
    print_rows(found, static_cast<std::size_t>(top));
  };
  const auto use = [&](std::span<const std::string> lines) { answers.add(lines, ask, print); };
  if (question == "-")
    for_input_lines(question, use);
  else
    use({&question, 1});
  return answers.finish();
}

}  // namespace

Verb answer_verb() {
  return {"answer", "what a passage answers to questions", options, forms, example_lines, answer};
}

}  // namespace electra
