#pragma once

#include <span>

#include "electra/tasks/prediction.h"

namespace electra {

/// The threshold (AnswerOptions::null_threshold) that gives the best F1 on these examples, halfway
/// between the two predictions that it parts; of several the one that is nearest to 0. No
/// prediction may have been withheld.
[[nodiscard]] double best_null_threshold(const Examples& examples,
                                         std::span<const Prediction> predictions);

/// Takes the answers back for which there being none scores more by this than the best span.
void withhold_answers(double threshold, std::span<Prediction> predictions);

}  // namespace electra
