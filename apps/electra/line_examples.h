#pragma once

#include <string>

#include "electra/infer/predictor.h"

namespace electra {

/// How many columns between tabs a line for a model has that was trained on this, perhaps on pairs:
/// 2 of a pair, or of a question and its passage, else 1: then the whole line is the text, or the
/// words of a sentence between blanks.
[[nodiscard]] int columns_of(TaskKind task, bool pairs);
[[nodiscard]] int columns_of(const Predictor& predictor);

/// The example that a line asks about. Throws InputError "expected a question, a tab and a passage,
/// found 1 column" for another number of columns.
[[nodiscard]] Example example_of_line(const Predictor& predictor, const std::string& line,
                                      Index number);
[[nodiscard]] Example example_of_line(TaskKind task, bool pairs, const std::string& line,
                                      Index number);

}  // namespace electra
