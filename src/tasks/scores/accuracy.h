#pragma once

#include "tasks/scores/measure.h"

namespace electra {

/// The share of examples, of tag of words, whose label is the right one. A word that was cut off
/// has none.
[[nodiscard]] Measure accuracy(Evidence& evidence);

}  // namespace electra
