#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "electra/infer/predictor.h"
#include "line_answers.h"

namespace electra {

/// Prints what a model says of lines and examples, as they come, in their order.
class PredictionWriter {
 public:
  /// `file`: the name of what the lines are from, in messages.
  PredictionWriter(const Predictor& predictor, std::string file, bool json)
      : predictor_(predictor), file_(std::move(file)), json_(json) {}

  /// Computed together. A line that cannot be answered has an error in its place, and standard
  /// error names it.
  void add_lines(std::span<const std::string> lines);
  /// The examples of a file whose reader has found nothing wrong.
  void add_examples(const Examples& examples);

  /// The exit code: 1, and a sentence, if something was not answered.
  [[nodiscard]] int finish() const;

 private:
  struct Given {
    std::string line;
    Example example;
    std::string error;  // not empty: why it has no answer
  };

  void answer(std::vector<Given> given, bool pairs);
  [[nodiscard]] std::vector<Prediction> predict(std::vector<Given>& given, bool pairs) const;
  [[nodiscard]] Examples examples_of(const std::vector<Given>& given, bool pairs) const;
  void print(const Given& given, const Prediction& prediction) const;
  void refuse(const Given& given) const;

  const Predictor& predictor_;
  std::string file_;
  bool json_;
  AnswerTally tally_;
};

}  // namespace electra
