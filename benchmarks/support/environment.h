#pragma once

#include <algorithm>

#include "electra/core/context.h"

/// What the kernel benchmarks read of the environment, before main runs:
///   ELECTRA_BENCHMARK_DEVICE   cpu (default), cuda or cuda:N
///   ELECTRA_BENCHMARK_TOKENS   tokens of a batch: 2,048 on a CPU, 32,768 on a GPU
///   ELECTRA_BENCHMARK_THREADS  of a CPU: all processors
///   ELECTRA_BENCHMARK_SAMPLES  timed calls on a GPU, of which the median counts: 30
///   ELECTRA_BENCHMARK_BYTES    at most, of one tensor: 1 GiB
///   ELECTRA_COMMIT             what the JSON names as the commit
namespace electra::bench {

[[nodiscard]] Device device();
[[nodiscard]] Index tokens();
[[nodiscard]] int threads();
[[nodiscard]] int samples();
[[nodiscard]] Index most_bytes();

/// As many elements, or those that ELECTRA_BENCHMARK_BYTES allows.
[[nodiscard]] inline Index at_most_bytes(Index elements, DType dtype) {
  return std::min(elements, most_bytes() / size_of(dtype));
}

[[nodiscard]] inline bool on_gpu() { return device().type == DeviceType::cuda; }

/// The one context of the program.
[[nodiscard]] Context& context();

/// Masked positions of a batch: 19 in a sequence of 128 tokens.
[[nodiscard]] inline Index masked_positions() { return tokens() / 128 * 19; }

/// Texts of a step of fine-tuning: 32, fewer where ELECTRA_BENCHMARK_TOKENS is below 1,024.
[[nodiscard]] inline Index texts() { return std::clamp<Index>(tokens() / 32, 1, 32); }

/// Columns of a head's logits: its outputs, padded for the product that makes them.
[[nodiscard]] inline Index padded_outputs(Index outputs) { return (outputs + 7) / 8 * 8; }

}  // namespace electra::bench
