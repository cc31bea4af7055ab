#pragma once

#include "verbs.h"

namespace electra {

/// electra quantize.
[[nodiscard]] Verb quantize_verb();

}  // namespace electra
