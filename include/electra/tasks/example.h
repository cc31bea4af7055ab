#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// An answer in a passage: its text, and where in the passage it begins, in bytes.
struct PassageAnswer {
  std::string text;
  Index begin = 0;

  friend bool operator==(const PassageAnswer&, const PassageAnswer&) = default;
};

/// One example of a task, as a file has it: which members count is the task's.
struct Example {
  std::string id;                      // SQuAD's; else empty
  Index line = 0;                      // of its file, from 1; 0 where lines mean nothing
  std::string text;                    // answer: the passage
  std::string text_b;                  // the second of a pair; answer: the question; embed: what
                                       // belongs to the text
  std::string negative;                // embed: what does not; empty: none
  std::vector<std::string> words;      // tag
  std::vector<Index> word_lines;       // tag: the line of each word; none where lines mean nothing
  std::vector<std::string> labels;     // classify: one; multilabel: any number; tag: one a word
  double number = 0;                   // regress
  std::vector<PassageAnswer> answers;  // answer: each is as good; none: the passage has none
};

/// A file of examples.
struct Examples {
  std::string file;  // its name in messages
  std::vector<Example> rows;
  bool pairs = false;  // whether text_b counts
  std::vector<std::string>
      remarks;  // to be said: a heading that was found, columns that were taken
};

/// "dev.tsv, line 12", or by the question's id: where an example stands, for messages.
[[nodiscard]] std::string place_of(const Examples& examples, std::size_t row);

}  // namespace electra
