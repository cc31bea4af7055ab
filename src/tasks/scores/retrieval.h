#pragma once

#include "tasks/scores/measure.h"

namespace electra {

/// For each example of embed the place, from 1, at which the first right text comes when the set's
/// text_b, each once, are sorted by their cosine with its text, the earlier one first where two are
/// as near. Right are those of all examples with the same text.
[[nodiscard]] std::vector<Index> retrieval_ranks(const Scored& scored);

[[nodiscard]] Measure recall_at_1(Evidence& evidence);
[[nodiscard]] Measure recall_at_10(Evidence& evidence);
/// The mean of 1 / rank.
[[nodiscard]] Measure reciprocal_rank(Evidence& evidence);

}  // namespace electra
