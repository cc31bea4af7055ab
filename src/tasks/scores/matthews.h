#pragma once

#include "tasks/scores/measure.h"

namespace electra {

/// The correlation of two classes with what is predicted (Matthews, 1975); 0 where one of the two
/// is constant. Does not apply to other numbers of labels.
[[nodiscard]] Measure matthews(Evidence& evidence);

}  // namespace electra
