#pragma once

#include <string_view>

#include "electra/pretrain/config.h"

namespace electra {

/// Sizes and recipe of a preset: tiny and mini learn from little text in minutes on a CPU, small,
/// small_plus_plus, base and large are the reference's (Clark et al., arXiv 2003.10555). Throws
/// ConfigError that lists the presets for an unknown name.
[[nodiscard]] PretrainConfig pretrain_preset(std::string_view name);

/// A run of this many steps: warm-up, falling temperature, evaluations and checkpoints keep their
/// shares of it, and it has fifty lines of the log at least.
[[nodiscard]] PretrainConfig with_steps(PretrainConfig config, Index steps);

}  // namespace electra
