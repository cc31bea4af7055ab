#pragma once

#include <string>
#include <string_view>

#include "tasks/scores/measure.h"

namespace electra {

/// As SQuAD's official script (evaluate-v2.0.py) has it: lower case, without ASCII punctuation and
/// the words a, an, the, single spaces. Bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string normalised_answer(std::string_view answer);

/// 1 for equal answers, else 0.
[[nodiscard]] double answer_match(std::string_view answer, std::string_view right);
/// F1 of the words; of answers of which one has none, whether neither has.
[[nodiscard]] double answer_f1(std::string_view answer, std::string_view right);

/// Of answer: the mean over questions of the best match with any right answer; where there is none,
/// the empty answer is right.
[[nodiscard]] Measure exact_match(Evidence& evidence);
[[nodiscard]] Measure word_f1(Evidence& evidence);

}  // namespace electra
