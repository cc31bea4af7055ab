#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "electra/infer/engine.h"
#include "electra/infer/inference_options.h"

namespace electra {

/// An engine whose answers are rows of logits, one for each token of the model's vocabulary.
[[nodiscard]] std::unique_ptr<const Engine> masked_token_engine(
    const std::filesystem::path& directory, const InferenceOptions& options);

/// The logarithm of the sum of exp(logit): a token's log-probability is its logit less this.
[[nodiscard]] double log_sum_exp(std::span<const float> logits);

/// The row of a token, `vocabulary` wide, in a window's answer.
[[nodiscard]] std::span<const float> row_of(std::span<const float> answer, Index row,
                                            Index vocabulary);

}  // namespace electra
