#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "electra/infer/engine.h"
#include "electra/infer/inference_options.h"
#include "electra/infer/masked_language_model.h"

namespace electra {

/// An engine whose answers are rows of logits, one for each token of the model's vocabulary.
[[nodiscard]] std::unique_ptr<const Engine> masked_token_engine(
    const std::filesystem::path& directory, const InferenceOptions& options);

/// The logarithm of the sum of exp(logit): a token's log-probability is its logit less this.
[[nodiscard]] double log_sum_exp(std::span<const float> logits);

/// The row of a token, `vocabulary` wide, in a window's answer.
[[nodiscard]] std::span<const float> row_of(std::span<const float> answer, Index row,
                                            Index vocabulary);

/// The `most` most probable tokens of a row of logits, of equals the lower id first. Ids that the
/// model has and the vocabulary has no token for are none.
[[nodiscard]] std::vector<MaskCandidate> candidates_of(std::span<const float> logits,
                                                       const Vocabulary& vocabulary, Index most);

}  // namespace electra
