#pragma once

#include <optional>
#include <string_view>

#include "electra/core/context.h"

/// What a training step on a GPU is held against.
namespace electra::bench {

/// Tokens a second that a card's memory and matrix units allow a step in bf16, computed, not
/// measured: every tensor of a fully fused step read and written once, at 3.0 TB/s on an H100 and
/// 4.3 TB/s on an H200, products at 790 TFLOP/s; without the optimizer. docs/benchmarks.md has the
/// table. Empty for other cards, presets and lengths.
[[nodiscard]] std::optional<double> floor_tokens_per_second(std::string_view card,
                                                            std::string_view preset, Index length);

/// FLOP a second of a product of [n, n] by [n, n] random numbers: the median of seven.
[[nodiscard]] double matrix_rate(Context& context, DType dtype, Index n);

}  // namespace electra::bench
