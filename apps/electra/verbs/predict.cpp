#include "verbs/predict.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "input_lines.h"
#include "line_examples.h"
#include "model_options.h"
#include "prediction_writer.h"
#include "support/progress_line.h"

namespace electra {

namespace {

namespace fs = std::filesystem;
using Kind = OptionInfo::Kind;

constexpr auto options = std::to_array<OptionInfo>({
    {.name = "DIR", .help = "directory of a fine-tuned model", .required = true},
    {.name = "FILE", .help = "what to predict (default, or -: the lines of standard input)"},
    {"--text", Kind::text, "COLUMN", "of a table: the text, by name or number from 1"},
    {"--text-b", Kind::text, "COLUMN", "of a table: the second text of a pair"},
    {"--comments", Kind::flag, "", "of columns of words: lines that begin with # are comments"},
    length_option,
    device_option,
    threads_option,
    precision_option,
    json_option,
});

constexpr std::string_view forms =
    "Input is a text a line; a text, a tab and a second one for a model of pairs; words between\n"
    "blanks for a tagger; a question, a tab and a passage for a model that answers. A line of a\n"
    "pipe is answered as soon as it has come. A FILE may also be a table (.tsv, .csv, .jsonl), of\n"
    "words in columns with blank lines between sentences, or of SQuAD (.json).\n"
    "\n"
    "Output is a line for each, cells between tabs, in which tabs of texts become blanks:\n"
    "  classify    label, its probability, text (and second text)\n"
    "  multilabel  labels likelier than not and their probabilities, each between ;, text\n"
    "  regress     number, text (and second text)\n"
    "  tag         tags between blanks (_ for a word that was cut off), words between blanks\n"
    "  answer      answer (empty: none), score, question\n"
    "  embed       numbers between blanks, text\n"
    "or an object each with --json. What cannot be answered is \"error\", why, line: it is named\n"
    "on standard error, and the exit code is 1.";

constexpr std::string_view example_lines =
    "  electra predict out/sentiment share/labelled/sentiment_dev.tsv\n"
    "  echo \"What a lovely day.\" | electra predict out/sentiment --json";

/// Whether a blank line stands between others.
bool has_sentences_of_lines(const std::string& text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  if (first == text.npos) return false;
  const std::string_view inner = std::string_view(text).substr(first, last - first);
  return inner.find("\n\n") != inner.npos || inner.find("\n\r\n") != inner.npos;
}

/// Whether the file is one that the task's reader knows by its form, and no lines.
bool is_for_reader(const Predictor& predictor, const fs::path& file) {
  const TaskKind task = predictor.task().kind;
  const std::string extension = file.extension().string();
  if (!fs::is_regular_file(file)) return false;
  if (task == TaskKind::answer) return extension == ".json";
  if (task == TaskKind::tag)
    return extension.starts_with(".conll") || has_sentences_of_lines(read_file(file));
  constexpr std::array tables{".tsv", ".csv", ".jsonl", ".json"};
  return std::ranges::find(tables, extension) != tables.end();
}

ReadOptions read_options(const Arguments& arguments) {
  return {.text = arguments.text("--text"),
          .text_b = arguments.text("--text-b"),
          .negative = {},
          .label = {},
          .comments = arguments.has("--comments"),
          .labelled = false};
}

/// Of a table of two columns without names, a model of pairs reads both as texts.
Examples read_unlabelled(const Predictor& predictor, const fs::path& file,
                         const ReadOptions& asked) {
  const TaskInfo& task = predictor.task();
  Examples found = task.read(file, task.kind, asked);
  const bool columns_given = !asked.text.empty() || !asked.text_b.empty();
  if (task.kind == TaskKind::answer || columns_of(predictor) < 2 || found.pairs || columns_given)
    return found;
  ReadOptions both = asked;
  both.text = "1";
  both.text_b = "2";
  return task.read(file, task.kind, both);
}

void predict_lines(PredictionWriter& writer, const std::string& path) {
  for_input_lines(path, [&](std::span<const std::string> lines) { writer.add_lines(lines); });
}

void predict_table(PredictionWriter& writer, const Predictor& predictor, const std::string& path,
                   const ReadOptions& asked) {
  Examples found;
  try {
    found = read_unlabelled(predictor, path, asked);
  } catch (const IoError& error) {
    const bool lines_do = fs::path(path).extension() == ".tsv" && columns_of(predictor) == 2 &&
                          asked.text.empty() && asked.text_b.empty();
    if (!lines_do) throw;
    say(std::string(error.what()) + "; it is read line by line");
    return predict_lines(writer, path);
  }
  for (const std::string& remark : found.remarks) say(remark);
  writer.add_examples(found);
}

int predict(const Arguments& arguments) {
  const std::string path = arguments.text("FILE", "-");
  const std::string name = input_name(path);
  if (path != "-" && !fs::exists(path)) throw IoError(path + ": there is no such file");
  const Predictor predictor = open_predictor(arguments.text("DIR"), arguments);
  PredictionWriter writer(predictor, name, arguments.has("--json"));
  const ReadOptions asked = read_options(arguments);
  const bool reader = path != "-" && is_for_reader(predictor, path);
  if (!reader && (!asked.text.empty() || !asked.text_b.empty() || asked.comments))
    throw ConfigError(name + ": --text, --text-b and --comments are for tables and columns of" +
                      " words, found lines");
  if (reader)
    predict_table(writer, predictor, path, asked);
  else
    predict_lines(writer, path);
  return writer.finish();
}

}  // namespace

Verb predict_verb() {
  return {"predict", "what a fine-tuned model says of texts", options, forms, example_lines,
          predict};
}

}  // namespace electra
