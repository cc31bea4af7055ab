#pragma once

#include <cstdint>
#include <vector>

#include "core/cpu/cpu_context.h"
#include "electra/core/parameters.h"

namespace electra {

/// What a parameter starts with, [padded], by its `init`: a function of seed and name, whatever the
/// number of threads. `range` is the deviation of a truncated normal.
[[nodiscard]] std::vector<float> first_values(const Parameter& parameter, std::uint64_t seed,
                                              float range, CpuContext& team);

}  // namespace electra
