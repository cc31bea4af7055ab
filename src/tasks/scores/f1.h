#pragma once

#include "tasks/scores/measure.h"

namespace electra {

/// Of classify the mean F1 of the labels that any example has or is given, of multilabel of all
/// labels, as scikit-learn's f1_score(average="macro") has it.
[[nodiscard]] Measure macro_f1(Evidence& evidence);

/// Of multilabel: F1 over all labels of all examples.
[[nodiscard]] Measure micro_f1(Evidence& evidence);

/// Of the second of two labels.
[[nodiscard]] Measure binary_f1(Evidence& evidence);

}  // namespace electra
