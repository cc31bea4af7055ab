#pragma once

#include "electra/core/shape.h"

namespace electra {

/// Most positions that may be masked in an example of this length: the reference's
/// int((share + 0.005) * length), but never less than what `share` of the whole length asks for (at
/// lengths below about 100 the reference's number is smaller), and at least 1.
[[nodiscard]] Index max_predictions(double share, Index length);

/// How many positions to mask: share * real, halves to even, at least 1 and at most
/// `max_predictions`; but never more than the candidates. `real` counts [CLS] and [SEP]; candidates
/// are the tokens that are not [PAD], [CLS], [SEP] or [MASK].
[[nodiscard]] Index mask_count(Index real, Index candidates, double share, Index max_predictions);

}  // namespace electra
