#pragma once

#include "electra/core/shape.h"

namespace electra {

/// The most positions that one sequence has masked: int((share + 0.005) * length), as the
/// reference has it, and at least 1. 19 at 0.15 and 128, 79 at 512.
[[nodiscard]] Index max_predictions(double share, Index length);

/// How many of a sequence's tokens are masked: share * real rounded, halves to even, at least 1, at
/// most max_predictions, and at most the candidates.
[[nodiscard]] Index mask_count(Index real, Index candidates, double share, Index most);

}  // namespace electra
