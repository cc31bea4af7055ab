#pragma once

#include <span>

#include "electra/train/figures.h"

namespace electra {

/// What replaced-token detection is judged by, in the order of its values.
[[nodiscard]] std::span<const Figure> replaced_token_figures();

}  // namespace electra
