#include "prediction_writer.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "electra/core/error.h"
#include "electra/data/unicode.h"
#include "line_examples.h"
#include "output.h"
#include "prediction_output.h"
#include "support/progress_line.h"

namespace electra {

namespace {

constexpr std::size_t most_at_once = 1024;  // examples: more would only take memory

constexpr const char* verb = "electra predict";

}  // namespace

void PredictionWriter::add_lines(std::span<const std::string> lines) {
  std::vector<Given> given;
  for (const std::string& line : lines) {
    Given& one = given.emplace_back();
    one.line = line;
    one.example.line = tally_.count + std::ssize(given);
    try {
      one.example = example_of_line(predictor_, line, one.example.line);
    } catch (const InputError& error) {
      one.error = error.what();
    }
  }
  answer(std::move(given), columns_of(predictor_) == 2);
}

void PredictionWriter::add_examples(const Examples& examples) {
  for (std::size_t begin = 0; begin < examples.rows.size(); begin += most_at_once) {
    std::vector<Given> given;
    const std::size_t end = std::min(begin + most_at_once, examples.rows.size());
    for (std::size_t i = begin; i < end; ++i)
      given.push_back({.line = examples.rows[i].text, .example = examples.rows[i], .error = {}});
    answer(std::move(given), examples.pairs);
  }
}

Examples PredictionWriter::examples_of(const std::vector<Given>& given, bool pairs) const {
  Examples examples;
  examples.file = file_;
  examples.pairs = pairs;
  for (const Given& one : given)
    if (one.error.empty()) examples.rows.push_back(one.example);
  return examples;
}

/// All together; if one of them is refused, each by itself.
std::vector<Prediction> PredictionWriter::predict(std::vector<Given>& given, bool pairs) const {
  try {
    return predictor_.predict(examples_of(given, pairs));
  } catch (const InputError&) {
  }
  std::vector<Prediction> found;
  for (Given& one : given) {
    if (!one.error.empty()) continue;
    Examples alone = examples_of({one}, pairs);
    try {
      found.push_back(predictor_.predict(alone).front());
    } catch (const InputError& error) {
      one.error = error.what();
    }
  }
  return found;
}

void PredictionWriter::answer(std::vector<Given> given, bool pairs) {
  const std::vector<Prediction> found = predict(given, pairs);
  tally_.cut += predictor_.cut(examples_of(given, pairs));
  std::size_t next = 0;
  for (const Given& one : given) {
    ++tally_.count;
    if (one.error.empty()) {
      print(one, found[next++]);
      continue;
    }
    ++tally_.refused;
    refuse(one);
  }
  flush_results();
}

void PredictionWriter::print(const Given& given, const Prediction& prediction) const {
  if (json_)
    print_json(json_of(predictor_, given.example, prediction));
  else
    print_line(line_of(predictor_, given.example, prediction));
}

void PredictionWriter::refuse(const Given& given) const {
  const std::string place = file_ + ", line " + std::to_string(given.example.line);
  const bool named = given.error.starts_with(file_);
  say(std::string(verb) + ": " + (named ? "" : place + ": ") + given.error);
  if (json_)
    print_json({{"text", well_formed(given.line)}, {"error", given.error}});
  else
    print_line("error\t" + text_cell(given.error) + "\t" + text_cell(given.line));
}

int PredictionWriter::finish() const { return tally_.finish(verb); }

}  // namespace electra
