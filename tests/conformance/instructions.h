#pragma once

#include "vectors.h"

namespace electra::conformance {

/// Runs every wrapper of src/kernels/cuda/ptx.cuh, and each approximate instruction and function
/// that kernels use, on the first GPU. Throws DeviceError.
[[nodiscard]] Recording record();

/// Those that move or convert data, and matrix products.
[[nodiscard]] std::vector<Item> wrappers();

/// Scalar arithmetic: approximate, and rounded where the kernels rely on it.
[[nodiscard]] std::vector<Item> arithmetic();

}  // namespace electra::conformance
