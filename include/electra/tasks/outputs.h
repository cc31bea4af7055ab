#pragma once

#include <span>
#include <vector>

#include "electra/tasks/prediction.h"

namespace electra {

/// What a head said of one feature: a row of numbers for the text, or for each of its tokens.
using FeatureOutput = std::vector<float>;

/// A prediction for each example, of what a head said of their features, in the features' order.
/// `labels`: how many numbers a row has: labels, 1 of regress, 2 of answer (start and end). Throws
/// Error if outputs and features are not as many.
[[nodiscard]] std::vector<Prediction> predictions_of(TaskKind task, const Examples& examples,
                                                     std::span<const Feature> features,
                                                     std::span<const FeatureOutput> outputs,
                                                     Index labels, const AnswerOptions& answers);

}  // namespace electra
