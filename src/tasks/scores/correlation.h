#pragma once

#include "tasks/scores/measure.h"

namespace electra {

/// Of regress: the correlation of right and predicted numbers; 0 where one of the two is constant.
[[nodiscard]] Measure pearson(Evidence& evidence);
/// Of their ranks, equal numbers having the mean of theirs.
[[nodiscard]] Measure spearman(Evidence& evidence);
/// The mean squared difference.
[[nodiscard]] Measure squared_error(Evidence& evidence);

}  // namespace electra
